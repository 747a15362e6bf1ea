import type { Step } from "./batch";

/** `$@`: packages. Prints those that are not installed; exits with 0 if there are none. */
export const MISSING = `for package; do
    [ "$(dpkg-query -W -f '\${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || printf ' %s' "$package"
done`;

/** apt-get without questions, which waits for another one to end. */
export const APT = "apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Acquire::Retries=3";

/** `$0`: as in INSTALL. Fails if a killed run left its policy behind, so that INSTALL cleans it up. */
const ALL_THERE = `missing=$(${MISSING})
[ -z "$missing" ] && ! grep -qsxF '# pvesmb' "$0"`;

/**
 * `$0`: policy-rc.d, which keeps services from starting with Debian's default configuration before ours is in place (invoke-rc.d(8)). An
 * existing one is moved aside; if a run is killed, the next one restores it.
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
apt="${APT}"
[ -z "$missing" ] || { $apt update >&2; $apt install --no-install-recommends $missing >&2; }
echo "installed:$missing"`;

/**
 * Installs the missing ones of these Debian packages; put these steps first in a unit that needs them. If none is missing, only the check
 * runs. A rollback of the unit keeps the packages: others installed with them may depend on them by then.
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
