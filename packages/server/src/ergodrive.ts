#!/usr/bin/env node
import { COMMANDS, USAGE } from './commands.js';

const HELP = ['--help', '-h', 'help'];
const WRONG_USAGE = 2;

/** @returns the script to run, or the exit code */
function choose([name = 'start', ...rest]: string[]): URL | number {
  if (HELP.includes(name)) return print(USAGE);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) return refuse(`There is no command ${JSON.stringify(name)}`);
  const [option] = rest;
  if (!command.hasArguments && option !== undefined)
    return HELP.includes(option) ? print(USAGE) : refuse(`${name} has no options`);
  process.argv.splice(2, 1);
  return new URL(`../${command.script}`, import.meta.url);
}

function print(text: string): number {
  console.log(text);
  return 0;
}

function refuse(reason: string): number {
  console.error(`${reason}\n\n${USAGE}`);
  return WRONG_USAGE;
}

const chosen = choose(process.argv.slice(2));
if (typeof chosen === 'number') process.exitCode = chosen;
else await import(chosen.href);
