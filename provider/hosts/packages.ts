import type { Step } from "./batch";

/** `$@`: packages. Prints those that are not installed; ends with 0 when there are none. */
const MISSING = `for package; do
    [ "$(dpkg-query -W -f '\${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || printf ' %s' "$package"
done`;

/** `$0`: as of INSTALL. A killed run's policy is left to be taken away. */
const ALL_THERE = `missing=$(${MISSING})
[ -z "$missing" ] && ! grep -qsxF '# pvesmb' "$0"`;

/**
 * `$0`: policy-rc.d, which keeps services from starting with Debian's default configuration before ours is in place (invoke-rc.d(8)). One
 * that the host has itself is set aside meanwhile; a run that was killed left it there, and the next one puts it back.
 */
const INSTALL = `set -eu
policy=$0 aside=$0.pvesmb
missing=$(${MISSING})
restore() {
    rm -f "$policy"
    [ ! -e "$aside" ] || mv "$aside" "$policy"
}
trap restore EXIT
[ ! -e "$policy" ] || grep -qxF '# pvesmb' "$policy" || mv "$policy" "$aside"
printf '#!/bin/sh\\n# pvesmb\\nexit 101\\n' > "$policy"
chmod 755 "$policy"
apt="apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Acquire::Retries=3"
[ -z "$missing" ] || { $apt update >&2; $apt install --no-install-recommends $missing >&2; }
echo "installed:$missing"`;

/**
 * Steps that install what is missing of these packages of Debian; the first steps of a unit that needs them. Where all are there, nothing runs
 * but a look. Packages that were installed stay when the unit is rolled back: whatever else was installed with them may need them by then.
 */
export const ensurePackages = (names: readonly string[], policy = "/usr/sbin/policy-rc.d"): Step[] =>
    names.length === 0
        ? []
        : [
              {
                  do: "run",
                  id: "packages",
                  argv: ["sh", "-c", INSTALL, policy, ...names],
                  unless: ["sh", "-c", ALL_THERE, policy, ...names],
                  // needrestart would restart services that serve clients (needrestart(1)).
                  env: { DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_SUSPEND: "1" },
                  timeout: 900,
                  changes: "^installed:",
                  failIf: "^E: .*$",
                  message: `installing ${names.join(", ")} failed; check that the host reaches its package mirror, and that the mirror has them`,
              },
          ];
