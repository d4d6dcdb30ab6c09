import { describe } from 'node:test';
import { backendFaults } from './faults/backend.js';
import { dnsFaults } from './faults/dns.js';
import { procfsFaults } from './faults/procfs.js';
import { resourceFaults } from './faults/resources.js';
import { shutdownFaults } from './faults/shutdown.js';
import { threadFaults } from './faults/threads.js';
import { timeFaults } from './faults/time.js';

// Most of them wait most of the time. Each has a daemon of its own; those that take longest come first.
describe('a fault', { concurrency: 8 }, () => {
  backendFaults();
  threadFaults();
  dnsFaults();
  timeFaults();
  resourceFaults();
  procfsFaults();
  shutdownFaults();
});
