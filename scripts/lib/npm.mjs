/** Calling npm without a shell, on every system, with a Node that is not the one npm may be about to replace. */
import { existsSync, realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join, sep } from 'node:path';
import { inRoot } from './paths.mjs';
import { run } from './run.mjs';

const nodeName = process.platform === 'win32' ? 'node.exe' : 'node';

/** Runs npm with the given arguments. Resolves as `run` does. */
export function npm(args, options = {}) {
  const { program, prefix } = npmProgram();
  return run(program, [...prefix, ...args], options);
}

function npmProgram(env = process.env) {
  const node = nodeOutsideProject(env);
  const beside = [
    join(dirname(node), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(dirname(node), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const told = env.npm_execpath;
  const cli = [told !== undefined && /^npm/.test(basename(told)) ? told : undefined, ...beside];
  const found = cli.find((path) => path !== undefined && path.endsWith('.js') && existsSync(path));
  return found === undefined ? { program: 'npm', prefix: [] } : { program: node, prefix: [found] };
}

/** The Node that was on this machine before the project brought its own. */
function nodeOutsideProject(env) {
  const isOurs = (path) => path.startsWith(inRoot('node_modules') + sep);
  const onPath = (env.PATH ?? '').split(delimiter).map((folder) => join(folder, nodeName));
  const candidates = [process.execPath, env.npm_node_execpath, ...onPath];
  const found = candidates.find((path) => path && existsSync(path) && !isOurs(realpathSync(path)));
  return found ?? process.execPath;
}
