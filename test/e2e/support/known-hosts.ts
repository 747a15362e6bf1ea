import { nodeKeys } from "./node-keys";

/** Environment of a stack that connects through the nodes' SSH and knows their host keys. */
export const throughNodes = async (): Promise<Record<string, string>> => ({ PVESMB_SSH_VIA: "node", ...(await nodeKeys()) });
