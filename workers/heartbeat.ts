import { parentPort, workerData } from 'node:worker_threads';
import { createClock } from '../src/shared/clock.js';
import { FrameReader } from '../src/shared/frame-store.js';
import {
  checkSharedMemory,
  DISK_READER,
  DISK_STORE,
  TELEMETRY_READER,
  TELEMETRY_STORE,
} from '../src/shared/layout.js';
import type { HeartbeatCommand, HeartbeatMessage, HeartbeatWorkerData } from '../src/shared/messages.js';
import { BeatExtension } from './net/beat-extended.js';
import { BeatSource } from './net/beat-source.js';
import { HeartbeatClient } from './net/heartbeat-client.js';
import { HeartbeatLoop } from './net/heartbeat-loop.js';
import { BeatSchedule } from './net/schedule.js';

/** Entry of the heartbeat thread: sends heartbeats until `stop`, and then ends. */
const data = workerData as HeartbeatWorkerData;
const port = parentPort;
if (port === null) throw new Error('workers/heartbeat.js is a thread of the Monitor, not a program');

checkSharedMemory(data.shared);
const tell = (message: HeartbeatMessage): void => port.postMessage(message);
const clock = createClock();
const extension = data.extended ? new BeatExtension(data.shared, data.bootId) : null;
const source = new BeatSource({
  frames: new FrameReader(data.shared, TELEMETRY_STORE, TELEMETRY_READER.heartbeat),
  diskFrames: new FrameReader(data.shared, DISK_STORE, DISK_READER.heartbeat),
  identifier: data.identifier,
  clock,
  extension,
});
if (data.openclaw !== null) source.setOpenClaw(data.openclaw);
let loop: HeartbeatLoop | null = null;

function begin(apiKey: string): void {
  loop = new HeartbeatLoop({
    client: new HeartbeatClient({ ...data, apiKey }),
    source,
    schedule: new BeatSchedule({ ...data, random: Math.random }),
    clock,
    report: tell,
  });
  void loop.run().then(() => port?.close());
}

port.on('message', (command: HeartbeatCommand) => {
  if (command.type === 'begin') begin(command.apiKey);
  else if (command.type === 'openclaw') source.setOpenClaw(command.openclaw);
  else if (command.type === 'boot') extension?.setBootId(command.bootId);
  else if (command.type === 'key') loop?.setApiKey(command.apiKey);
  else if (command.type === 'ping') tell({ type: 'pong' });
  else loop?.stop();
});
