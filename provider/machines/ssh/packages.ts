import type { Deadline } from "../../base/deadline";
import type { Host } from "../../hosts";
import { NOTES, runScript } from "../host/script";

/** Never removes one that something else needs. */
export async function removePackages(host: Host, deadline: Deadline): Promise<string | undefined> {
    const kept = /^kept: (.+)$/m.exec(await runScript(host, REMOVE, deadline))?.[1];
    return kept === undefined ? undefined : `because apt-get would remove ${kept} too`;
}

const REMOVE = `set -eu
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 LC_ALL=C
notes=${NOTES}
if [ -s $notes ]; then
    apt="apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0"
    others=$($apt -s purge $(cat $notes) | sed -n 's/^Purg \\([^ ]*\\) .*/\\1/p' | sed 's/:.*//' | sort | { sed 's/:.*//' $notes | sort > $notes.names; comm -23 - $notes.names; })
    if [ -z "$others" ]; then $apt purge $(cat $notes) >&2; else echo "kept:" $others; fi
    rm -f $notes.names
fi
`;
