// What an entry in the hosts file does: every endpoint of a cluster is this machine. Loaded before a script (node --import).
import dns from "node:dns";

const lookup = dns.lookup;
dns.lookup = (name, options, done) =>
  lookup(/\.dsql\.[a-z0-9-]+\.on\.aws$/.test(name) ? "127.0.0.1" : name, options, done);
