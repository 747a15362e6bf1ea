import type { Failure } from "../../base/handler";
import { onHost } from "../on-host";
import type { Rule } from "../meta";
import { bareOf, hostFault, inNetwork, sameNetwork } from "../network";
import { DATA_ROOT, OWN_DATA } from "../paths";
import type { ClusterInputs } from "./inputs";

/** Seconds; ctdb.conf(5), "leader timeout". */
export const LEADER_TIMEOUT = 5;

/** Entries that an earlier entry of the list equals. */
function twice(list: readonly string[], at: (index: number) => string, what: string): Failure[] {
    return list.flatMap((entry, index) =>
        list.indexOf(entry) < index ? [{ property: at(index), reason: `must not be ${what} twice: ${entry} is there already` }] : [],
    );
}

export const clusterRules: Rule<ClusterInputs>[] = [
    {
        needs: ["gateways"],
        check: ({ gateways }) => [
            ...twice(
                gateways.map(({ id }) => id),
                (index) => `gateways[${index}]`,
                "one gateway",
            ),
            ...gateways.flatMap((gateway, index) => {
                const mode = onHost(gateway);
                const reason = `must not be in mode \`${mode}\`: a cluster needs the host's whole Samba; use a gateway that is a container`;
                return mode === undefined ? [] : [{ property: `gateways[${index}]`, reason }];
            }),
        ],
    },
    {
        needs: ["gateways", "privateNetwork"],
        check: ({ gateways, privateNetwork: { addresses } }) =>
            addresses.length === gateways.length
                ? []
                : [
                      {
                          property: "privateNetwork.addresses",
                          reason: `must have one address for each of the ${gateways.length} gateways, and has ${addresses.length}`,
                      },
                  ],
    },
    {
        needs: ["privateNetwork"],
        check: ({ privateNetwork: { addresses } }) => [
            ...addresses.flatMap((address, index) => fault(address, `privateNetwork.addresses[${index}]`)),
            ...twice(addresses.map(bareOf), (index) => `privateNetwork.addresses[${index}]`, "one address"),
            ...addresses.flatMap((address, index) =>
                sameNetwork(address, addresses[0] ?? address)
                    ? []
                    : [{ property: `privateNetwork.addresses[${index}]`, reason: `must be in the network of ${addresses[0]}` }],
            ),
        ],
    },
    {
        needs: ["addresses"],
        check: ({ addresses }) => [
            ...addresses.flatMap(({ address }, index) => fault(address, `addresses[${index}].address`)),
            ...twice(
                addresses.map(({ address }) => bareOf(address)),
                (index) => `addresses[${index}].address`,
                "one address",
            ),
        ],
    },
    {
        needs: ["addresses", "privateNetwork"],
        check: ({ addresses, privateNetwork }) => {
            const network = privateNetwork.addresses[0] ?? "0.0.0.0/32";
            return addresses.flatMap(({ address }, index) =>
                inNetwork(bareOf(address), network) || inNetwork(bareOf(network), address)
                    ? [
                          {
                              property: `addresses[${index}].address`,
                              reason: `must not be in the private network (${network}), which clients do not reach; use separate networks`,
                          },
                      ]
                    : [],
            );
        },
    },
    {
        // SMB users who may change the directory of a share could take these files away, and lock them by smbd's own locks.
        needs: ["lock", "sharedPath"],
        check: ({ lock: { file }, sharedPath }) => [
            ...(sharedPath.startsWith(`${DATA_ROOT}/`) && !isOwn(sharedPath)
                ? [
                      {
                          property: "sharedPath",
                          reason: `must not be below ${DATA_ROOT}, where its clients could change the cluster's files if a share is made of it; use ${DATA_ROOT}, or a directory elsewhere`,
                      },
                  ]
                : []),
            ...(file.startsWith(`${DATA_ROOT}/`) && !isOwn(file)
                ? [
                      {
                          property: "lock.file",
                          reason: `must be in ${OWN_DATA}, or outside of ${DATA_ROOT}: clients of a share in ${file.slice(0, file.lastIndexOf("/"))} could remove it; use ${OWN_DATA}/ctdb.lock`,
                      },
                  ]
                : []),
        ],
    },
    {
        needs: ["lock", "sharedPath"],
        check: ({ lock: { file }, sharedPath }) =>
            file === sharedPath || sharedPath.startsWith(`${file}/`)
                ? [{ property: "lock.file", reason: `must be a file, such as ${sharedPath}/.pvesmb/ctdb.lock` }]
                : LOCAL.test(file)
                  ? [
                        {
                            property: "lock.file",
                            reason: `must be on the file system that all gateways share: each gateway has a ${file.split("/", 2).join("/")} of its own; use ${sharedPath}/.pvesmb/ctdb.lock`,
                        },
                    ]
                  : [],
    },
    {
        needs: ["tunables"],
        check: ({ tunables: { keepaliveInterval, keepaliveLimit, recoveryDropAllIps } }) => {
            const [gone, dead] = [LEADER_TIMEOUT + recoveryDropAllIps + 1, keepaliveInterval * keepaliveLimit];
            return gone < dead
                ? []
                : [
                      {
                          property: "tunables",
                          reason: `must let a gateway without the lock give up its addresses before the others take them: ${LEADER_TIMEOUT} + recoveryDropAllIps ${recoveryDropAllIps} + 1 is ${gone} s, and keepaliveInterval ${keepaliveInterval} times keepaliveLimit ${keepaliveLimit} is ${dead} s, which must be more; raise keepaliveLimit to ${Math.floor(gone / keepaliveInterval) + 1}`,
                      },
                  ];
        },
    },
];

/** In the directory that no share is given, and only root may enter. */
const isOwn = (path: string): boolean => path === OWN_DATA || path.startsWith(`${OWN_DATA}/`);

/** Never shared between hosts. */
const LOCAL = /^\/(bin|boot|dev|etc|lib|lib64|proc|root|run|sbin|sys|tmp|usr|var\/(run|tmp|lock|lib\/(ctdb|samba)))\//;

function fault(cidr: string, property: string): Failure[] {
    const reason = hostFault(cidr);
    return reason === undefined ? [] : [{ property, reason: `must be an address of a host, and ${reason}` }];
}
