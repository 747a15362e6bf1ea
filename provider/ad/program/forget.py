"""Removes what this host knows as a member of a domain (NetBIOS name, realm): keys of secrets.tdb that end with either."""
import re
import subprocess
import sys

TDB = "/var/lib/samba/private/secrets.tdb"
WORKGROUP, REALM = sys.argv[1:]

found = subprocess.run(["tdbdump", TDB], capture_output=True, check=True)
for key in re.findall(rb'^key\(\d+\) = "(SECRETS/[^"\n]*)"$', found.stdout, re.M):
    name = key.decode("ascii", "replace")
    if name.rsplit("/", 1)[-1] in (WORKGROUP, REALM):
        subprocess.run(["tdbtool", TDB, "delete", name], capture_output=True, check=True)
