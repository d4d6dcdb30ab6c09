import fs from 'node:fs';
import Module from 'node:module';
import { join } from 'node:path';

/**
 * Stands in for an installation with other builds of uWebSockets.js than this one's: loaded into the daemon with
 * `--import <this file>?folder=<folder>`, it has them looked for in that folder, and nowhere else.
 */
const folder = new URL(import.meta.url).searchParams.get('folder') ?? '';

function standIn(path: string): string {
  const [, name] = /\/node_modules\/(uWebSockets\.js|@uwsjs\/[^/]*)$/.exec(path) ?? [];
  return name === undefined ? path : join(folder, name);
}

const { existsSync } = fs;
fs.existsSync = (path) => existsSync(typeof path === 'string' ? standIn(path) : path);
const modules = Module as unknown as {
  _resolveFilename(name: string, ...more: readonly unknown[]): string;
};
const resolve = modules._resolveFilename;
modules._resolveFilename = (name, ...more) => resolve(standIn(name), ...more);
