import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../test/support/free-port.js';
import type { Running, Start } from '../peer.js';
import { startProgram } from './start.js';

/** What is asked of nginx: a file, a file by way of sendfile, or a constant. */
export type NginxKind = 'static' | 'sendfile' | 'return';

/**
 * nginx at its best for one small file: open and known, nothing logged, connections kept, no header that can be left out. That is
 * without sendfile, which takes two calls more to send so little; Debian's configuration has it on.
 */
export function nginxConfig(kind: NginxKind, folder: string, port: number, body: string): string {
  return `daemon off;
master_process off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile ${kind === 'sendfile' ? 'on' : 'off'};
  tcp_nopush ${kind === 'sendfile' ? 'on' : 'off'};
  keepalive_requests 1000000000;
  open_file_cache max=16 inactive=1h;
  open_file_cache_valid 1h;
  open_file_cache_min_uses 1;
  etag off;
  server_tokens off;
  default_type application/json;
  client_body_temp_path ${folder}/client_body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    root ${folder}/www;
    location = /constant { return 200 '${body}'; }
  }
}
`;
}

/** nginx in one process, with a file of the body that is asked of the others, or with the body in its configuration. */
export async function startNginx(kind: NginxKind, { folder, body }: Start): Promise<Running> {
  if (body === undefined) throw new Error('nginx needs something to answer');
  const port = await freePort();
  mkdirSync(join(folder, 'www'));
  writeFileSync(join(folder, 'www', 'telemetry'), body);
  const configPath = join(folder, 'nginx.conf');
  // The constant is as long; quotes and dollars in it would need escapes.
  writeFileSync(configPath, nginxConfig(kind, folder, port, 'x'.repeat(body.length)));
  const url = `http://127.0.0.1:${port}/${kind === 'return' ? 'constant' : 'telemetry'}`;
  return startProgram(['nginx', '-p', folder, '-c', configPath, '-e', 'stderr'], { folder, url });
}
