import type { ExistingHost } from "./existing-host";

/**
 * A container of the lab in the dress of a node of Proxmox VE. The lab's own nodes share this machine's file system, and Proxmox's archive is
 * not to be had here: packages of its names, origin and dependencies are made in the guest.
 */
export async function dressAsNode(host: ExistingHost): Promise<void> {
    await host.run(`set -e
export DEBIAN_FRONTEND=noninteractive
mkdir -p /etc/pve/nodes/pve1 /root/debs
ln -sfn nodes/pve1 /etc/pve/local
printf 'nodelist {\\n  node {\\n    name: pve1\\n    nodeid: 1\\n    ring0_addr: ${host.address}\\n  }\\n}\\n' > /etc/pve/corosync.conf
apt-get -q -y update >/dev/null
apt-get -q -y install --no-install-recommends smbclient samba-common python3 sudo >/dev/null 2>&1
# The node's own: nothing starts at installation.
printf '#!/bin/sh\\n# of the administrator\\nexit 0\\n' > /usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
${deb("pve-manager", "8.4.1", "Depends: libpve-storage-perl")}
${deb("libpve-storage-perl", "8.3.6", "Depends: samba-common, smbclient")}
dpkg -i /root/debs/libpve-storage-perl_8.3.6.deb /root/debs/pve-manager_8.4.1.deb >/dev/null
printf '#!/bin/sh\\necho pve-manager/8.4.1/2a5fa54a8503f96d (running kernel: 6.8.12-9-pve)\\n' > /usr/bin/pveversion
chmod 755 /usr/bin/pveversion
`);
}

/** Shell lines that make a package of origin Proxmox, as /root/debs/NAME_VERSION.deb. */
const deb = (name: string, version: string, relations: string): string => `mkdir -p /root/debs/${name}/DEBIAN
cat > /root/debs/${name}/DEBIAN/control <<'END'
Package: ${name}
Version: ${version}
Architecture: all
Origin: Proxmox
Maintainer: Proxmox Support Team <support@proxmox.com>
${relations}
Description: a package of the lab with this name
END
dpkg-deb --build --root-owner-group /root/debs/${name} /root/debs/${name}_${version}.deb >/dev/null
rm -r /root/debs/${name}`;

/** Installs one more package of origin Proxmox. */
export const installDeb = (host: ExistingHost, name: string, version: string, relations: string): Promise<string> =>
    host.run(`set -e\n${deb(name, version, relations)}\ndpkg -i /root/debs/${name}_${version}.deb >/dev/null`);

/** Offers a package in a repository of the node's own, whose label is that of Proxmox's. */
export const offerDeb = (host: ExistingHost, name: string, version: string, relations: string): Promise<string> =>
    host.run(`set -e
${deb(name, version, relations)}
mkdir -p /root/repository
cd /root/repository
mv /root/debs/${name}_${version}.deb .
{ dpkg-deb -f ${name}_${version}.deb; echo "Filename: ./${name}_${version}.deb"; echo "Size: $(stat -c %s ${name}_${version}.deb)"; echo "SHA256: $(sha256sum < ${name}_${version}.deb | cut -d' ' -f1)"; } > Packages
{ echo 'Origin: Proxmox'; echo 'Label: Proxmox Debian Repository'; echo 'Suite: stable'; echo 'Codename: bookworm'; echo "Date: $(date -Ru)"; echo 'SHA256:'; echo " $(sha256sum < Packages | cut -d' ' -f1) $(stat -c %s Packages) Packages"; } > Release
chmod -R a+rX /root /root/repository
echo 'deb [trusted=yes] file:/root/repository ./' > /etc/apt/sources.list.d/offer.list`);

/** The enterprise repository as a node without a subscription has it: it answers 401. */
export const brokenEnterprise = (host: ExistingHost): Promise<string> =>
    host.run(`set -e
echo '127.0.0.1 enterprise.proxmox.com' >> /etc/hosts
echo 'deb [trusted=yes] http://enterprise.proxmox.com/debian/pve bookworm pve-enterprise' > /etc/apt/sources.list.d/pve-enterprise.list
cat > /root/unauthorized.py <<'END'
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_error(401, "Unauthorized")
http.server.HTTPServer(("127.0.0.1", 80), Handler).serve_forever()
END
systemd-run --quiet --unit enterprise python3 /root/unauthorized.py
for try in 1 2 3 4 5 6 7 8 9 10; do ! ss -Hltn 2>/dev/null | grep -q '127.0.0.1:80 ' || break; sleep 0.2; done`);

/** Kills apt and dpkg the first time that a package's script asks for its units; later all is as before. */
export const killedInstallation = (host: ExistingHost): Promise<string> =>
    host.run(`set -e
mv /usr/bin/deb-systemd-helper /usr/bin/deb-systemd-helper.real
cat > /usr/bin/deb-systemd-helper <<'END'
#!/bin/sh
mv /usr/bin/deb-systemd-helper.real /usr/bin/deb-systemd-helper
pkill -9 -x apt-get
pkill -9 -x dpkg
exit 1
END
chmod 755 /usr/bin/deb-systemd-helper`);

/** Installed packages with their versions, and those on hold. */
export const packages = (host: ExistingHost): Promise<string> =>
    host.run("dpkg-query -W -f '${binary:Package} ${Version} ${db:Status-Abbrev}\\n' | grep ' ii' | sort; apt-mark showhold");
