#!/usr/bin/env bash
# The Terraform provider of bpg as its users run it, under OpenTofu: a container is made, changed while it runs, grown, given a volume, cloned
# and destroyed, and after each step a plan has nothing left to do.
#
#   life.sh <tofu> <folder with the provider> <port> token|ticket
set -euo pipefail
tofu=$1 provider=$2 port=$3 how=$4

work=$(mktemp -d)
# The lab goes on to the next client, also after a failure.
trap '"$tofu" destroy -auto-approve >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
cp "$(dirname "$0")/main.tf" "$work/"
cat >"$work/cli.tfrc" <<END
provider_installation {
  dev_overrides { "bpg/proxmox" = "$provider" }
  direct {}
}
END
cd "$work"
export TF_CLI_CONFIG_FILE=$work/cli.tfrc TF_IN_AUTOMATION=1 TF_VAR_endpoint=https://127.0.0.1:$port TF_VAR_password=$LAB_PASSWORD TF_VAR_api_token=
[ "$how" != token ] || TF_VAR_api_token="root@pam!t1=$LAB_TOKEN"
export TF_VAR_stage

run() {
    "$tofu" "$@" -no-color >log 2>&1 || { echo "tofu $* ($TF_VAR_stage):" >&2; cat log >&2; return 1; }
}

for TF_VAR_stage in first changed cloned; do
    run apply -auto-approve
    # Exit code 2: something is left to do.
    run plan -detailed-exitcode
done
run destroy -auto-approve
[ -z "$("$tofu" state list)" ] || { echo "not all of it was destroyed" >&2; exit 1; }
