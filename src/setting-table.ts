/** The user-visible part of a setting. Its valid values are in `settings.ts`. Every value is given as text. */
export interface SettingEntry {
  readonly env: `MONITOR_${string}`;
  readonly flag: string;
  readonly placeholder: string;
  /** As text, like a given value; null: unset. */
  readonly default: string | null;
  readonly help: string;
  /** How a shell completes its value: with a path, with one of these words, or not at all. */
  readonly completes: 'file' | 'folder' | readonly string[] | null;
}

/** The longest time that the flight recorder can cover, in seconds. */
export const MAX_HISTORY_SEC = 3_600;
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export const LOG_FORMATS = ['auto', 'json', 'text', 'journal'] as const;
export const TRANSPORTS = ['auto', 'uws', 'node-http'] as const;

/**
 * The single table of settings: environment variables, flags, defaults and help texts. It imports nothing, so that code that needs only
 * names and texts does not load the validation rules.
 */
export const SETTINGS = {
  port: {
    env: 'MONITOR_PORT',
    flag: 'port',
    placeholder: 'N',
    default: '7311',
    help: 'Port of the bridge on 127.0.0.1; 0 takes a free one.',
    completes: null,
  },
  identifier: {
    env: 'MONITOR_IDENTIFIER',
    flag: 'identifier',
    placeholder: 'NAME',
    default: null,
    help: 'What this host is called at the backend (default: its host name; with MONITOR_ROOTFS the one in etc/hostname there).',
    completes: null,
  },
  backendUrl: {
    env: 'MONITOR_BACKEND_URL',
    flag: 'backend-url',
    placeholder: 'URL',
    default: null,
    help: 'Where heartbeats go; unset: none are sent. Must be https:// off loopback.',
    completes: null,
  },
  allowHttp: {
    env: 'MONITOR_ALLOW_HTTP',
    flag: 'allow-http',
    placeholder: '0|1',
    default: '0',
    help: '1: the backend may be http:// off loopback, and the API key goes over the wire in the clear.',
    completes: ['0', '1'],
  },
  apiKeyFile: {
    env: 'MONITOR_API_KEY_FILE',
    flag: 'api-key-file',
    placeholder: 'PATH',
    default: null,
    help: "File with the backend's API key; refused when group or others can read it.",
    completes: 'file',
  },
  reportIntervalSec: {
    env: 'MONITOR_REPORT_INTERVAL_SEC',
    flag: 'report-interval-sec',
    placeholder: 'N',
    default: '30',
    help: 'Seconds between heartbeats, 1 to 3600.',
    completes: null,
  },
  sampleIntervalMs: {
    env: 'MONITOR_SAMPLE_INTERVAL_MS',
    flag: 'sample-interval-ms',
    placeholder: 'N',
    default: '50',
    help: 'Milliseconds between samples, 1 to 1000.',
    completes: null,
  },
  cpuWindowMs: {
    env: 'MONITOR_CPU_WINDOW_MS',
    flag: 'cpu-window-ms',
    placeholder: 'N',
    default: '1000',
    help: 'Trailing time that cpu_pct covers, 100 to 60000 ms; at least the sample interval.',
    completes: null,
  },
  cpuBudgetPct: {
    env: 'MONITOR_CPU_BUDGET_PCT',
    flag: 'cpu-budget-pct',
    placeholder: 'X',
    default: '1',
    help: 'Share of one core that the sampler may take, 0.01 to 100 percent; it samples less often where it would take more.',
    completes: null,
  },
  diskPath: {
    env: 'MONITOR_DISK_PATH',
    flag: 'disk-path',
    placeholder: 'PATH',
    default: '/',
    help: 'A path on the file system that disk_pct is about. By default refused when / is the overlay of a container: set it if that is meant.',
    completes: 'file',
  },
  procfs: {
    env: 'MONITOR_PROCFS',
    flag: 'procfs',
    placeholder: 'PATH',
    default: '/proc',
    help: 'Where the proc file system of the host is mounted. In a container, set this and MONITOR_ROOTFS.',
    completes: 'folder',
  },
  rootfs: {
    env: 'MONITOR_ROOTFS',
    flag: 'rootfs',
    placeholder: 'PATH',
    default: '/',
    help: "Where the root file system of the host is mounted; nginx, the disk path and the host's name are looked for below it.",
    completes: 'folder',
  },
  logLevel: {
    env: 'MONITOR_LOG_LEVEL',
    flag: 'log-level',
    placeholder: 'LEVEL',
    default: 'info',
    help: `One of ${LOG_LEVELS.join(', ')}.`,
    completes: LOG_LEVELS,
  },
  logFormat: {
    env: 'MONITOR_LOG_FORMAT',
    flag: 'log-format',
    placeholder: 'NAME',
    default: 'auto',
    help: `How the log is written: ${LOG_FORMATS.join(', ')}. auto is text on a terminal, journal under systemd, else json.`,
    completes: LOG_FORMATS,
  },
  bridgeTokenFile: {
    env: 'MONITOR_BRIDGE_TOKEN_FILE',
    flag: 'bridge-token-file',
    placeholder: 'PATH',
    default: null,
    help: 'File with a token that every request to the bridge must bring as "Authorization: Bearer …".',
    completes: 'file',
  },
  bridgeSocket: {
    env: 'MONITOR_BRIDGE_SOCKET',
    flag: 'bridge-socket',
    placeholder: 'PATH',
    default: null,
    help: 'Unix socket, of mode 0660, on which the bridge listens beside its port.',
    completes: 'file',
  },
  page: {
    env: 'MONITOR_PAGE',
    flag: 'page',
    placeholder: '0|1',
    default: '1',
    help: '0: the bridge serves no page to look at (GET /).',
    completes: ['0', '1'],
  },
  historySec: {
    env: 'MONITOR_HISTORY_SEC',
    flag: 'history-sec',
    placeholder: 'N',
    default: '900',
    help: `Seconds of samples that the flight recorder keeps in memory, 0 (none) to ${MAX_HISTORY_SEC}.`,
    completes: null,
  },
  dumpDir: {
    env: 'MONITOR_DUMP_DIR',
    flag: 'dump-dir',
    placeholder: 'PATH',
    default: null,
    help: 'Folder into which SIGUSR2 writes what the flight recorder has (default: $STATE_DIRECTORY, else the folder for temporary files).',
    completes: 'folder',
  },
  heartbeatExtended: {
    env: 'MONITOR_HEARTBEAT_EXTENDED',
    flag: 'heartbeat-extended',
    placeholder: '0|1',
    default: '0',
    help: '1: heartbeats carry one more object, extended: bursts, pressure, steal and the cost of sampling since the last one.',
    completes: ['0', '1'],
  },
  bridgeTransport: {
    env: 'MONITOR_BRIDGE_TRANSPORT',
    flag: 'bridge-transport',
    placeholder: 'NAME',
    default: 'auto',
    help: `What serves the bridge: ${TRANSPORTS.join(', ')}. auto is uWebSockets.js, or node:http (slower) where no build of it loads. node-http loads no native code.`,
    completes: TRANSPORTS,
  },
} as const satisfies Readonly<Record<string, SettingEntry>>;

export type SettingName = keyof typeof SETTINGS;
export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** The key itself may come from the environment, but never from a flag: flags are in the process list. */
export const API_KEY_ENV = 'MONITOR_API_KEY';
