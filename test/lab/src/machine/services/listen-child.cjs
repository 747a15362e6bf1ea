// Opens a server socket where it was started and hands it to its parent (see listen.ts). Plain JavaScript: it starts in 40 ms.
const net = require("node:net");

const [address, port] = process.argv.slice(2);
const server = net.createServer({ pauseOnConnect: true });
server.on("error", (error) => process.send({ error: error.message }));
server.listen({ host: address, port: Number(port), backlog: 511 }, () => process.send({}, server)); // Stays until the parent has it and lets go.
process.on("disconnect", () => process.exit(0));
