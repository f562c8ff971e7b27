// Starting drivers and ending them with everything that they started.

import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:net";

/** A port that was free a moment ago. */
export function freePort() {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** Starts a program in a process group of its own; `output` is what it has printed so far. */
export function startProgram(program, args, { env = {}, onLine } = {}) {
  const child = spawn(program, args, {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const started = { child, output: "" };
  child.on("error", (fault) => (started.output += `${program}: ${fault.message}\n`));
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream.setEncoding("utf8").on("data", (text) => {
      started.output = (started.output + text).slice(-100_000);
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      if (onLine) lines.forEach(onLine);
    });
  }
  return started;
}

/**
 * Kills (SIGKILL) a started program, all that descends from it, and every process whose command line names
 * `folder`: a browser's helpers can outlive their parents. Resolves when they are gone.
 */
export async function killTree(child, folder) {
  const doomed = new Set([child.pid, ...children(processes(), child.pid)]);
  for (const { pid, command } of processes()) {
    if (folder && pid !== process.pid && command.includes(folder)) doomed.add(pid);
  }
  doomed.delete(undefined);
  for (const pid of doomed) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (fault) {
      if (fault.code !== "ESRCH") throw fault;
    }
  }
  const end = Date.now() + 10_000;
  while (processes().some(({ pid, state }) => doomed.has(pid) && state !== "Z")) {
    if (end < Date.now()) throw new Error("a killed browser does not end");
    await new Promise((done) => setTimeout(done, 20));
  }
}

function children(all, parent) {
  return all.filter((process) => process.parent === parent).flatMap(({ pid }) => [pid, ...children(all, pid)]);
}

function processes() {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8");
        return [{ pid: Number(name), parent: Number(parent), state, command }];
      } catch {
        return []; // it ended meanwhile
      }
    });
}
