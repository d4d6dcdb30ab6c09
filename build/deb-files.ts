import { COMMAND_NAMES, commandEntry } from '../src/commands/table.js';
import { API_KEY_ENV, SETTING_NAMES, SETTINGS } from '../src/setting-table.js';
import { wrap } from '../src/wrap.js';

const WIDTH = 76;

/** `/etc/default/harborforge-monitor`: every setting with its default and what it is, all commented out. */
export function defaultFile(): string {
  const settings = SETTING_NAMES.map((name) => {
    const { env, default: fallback, help } = SETTINGS[name];
    return `${wrapped(help)}\n#${env}=${fallback ?? ''}\n`;
  });
  return `# Settings of the HarborForge Monitor, read when it starts: systemctl restart harborforge-monitor
# The API key does not belong here, but into /etc/harborforge-monitor/api-key (mode 0600).

# To load no native code into the daemon (/usr/share/doc/harborforge-monitor/SECURITY.md):
#MONITOR_BRIDGE_TRANSPORT=node-http

${settings.join('\n')}`;
}

/** The manual page, in the words of man(7). `version` is the package's. */
export function manPage(version: string): string {
  const settings = SETTING_NAMES.map((name) => {
    const { env, flag, placeholder, default: fallback, help } = SETTINGS[name];
    const also = fallback === null ? '' : ` (${roff(fallback)})`;
    return `.TP\n\\fB${roff(`--${flag}`)}\\fR ${roff(placeholder)}, \\fB${env}\\fR${also}\n${roff(help)}`;
  });
  const commands = COMMAND_NAMES.map((name) => {
    const { summary, details, options, choices } = commandEntry(name);
    const words = choices === null ? '' : ` ${roff(choices.join('|'))}`;
    const own = Object.entries(options).map(
      ([option, { placeholder, help }]) =>
        `.br\n\\fB${roff(`--${option}`)}\\fR${placeholder === null ? '' : ` ${roff(placeholder)}`}: ${roff(help)}`,
    );
    return [`.TP\n\\fB${name}\\fR${words}\n${roff(`${summary} ${details}`)}`, ...own].join('\n');
  });
  return `.TH HARBORFORGE-MONITOR 8 "" "harborforge-monitor ${version}" "System administration"
.nh
.SH NAME
harborforge-monitor \\- host telemetry for machines that run OpenClaw gateways
.SH SYNOPSIS
.B harborforge\\-monitor
[\\fIcommand\\fR] [\\fIflags\\fR]
.SH DESCRIPTION
Samples CPU, memory, swap, disk, load, uptime and nginx of this host many times a second, serves the newest snapshot on 127.0.0.1
(\\fBGET /telemetry\\fR, \\fBGET /health\\fR, \\fBGET /metrics\\fR, \\fBPOST /openclaw\\fR), and posts heartbeats to the HarborForge backend.
SIGTERM ends it within three seconds. SIGUSR2 writes the samples of the last minutes into a file (MONITOR_DUMP_DIR).
.SH COMMANDS
Without a command it is the daemon.
${commands.join('\n')}
.SH OPTIONS
A flag beats the environment, which beats the default. An empty variable counts as unset.
${settings.join('\n')}
.TP
\\fB${API_KEY_ENV}\\fR
The backend's API key; never a flag. The first that is there: the file api\\-key in $CREDENTIALS_DIRECTORY, MONITOR_API_KEY_FILE, this.
.TP
\\fB\\-\\-check\\-config\\fR
The same as the command config.
.TP
\\fB\\-h\\fR, \\fB\\-\\-help\\fR; \\fB\\-V\\fR, \\fB\\-\\-version\\fR
Show the flags, or the version, and end.
.SH FILES
.TP
.I /etc/default/harborforge\\-monitor
the settings of the service
.TP
.I /etc/harborforge\\-monitor/api\\-key
the backend's API key, mode 0600; systemd hands it to the service as a credential
.TP
.I /var/lib/harborforge\\-monitor
what SIGUSR2 has written
.SH EXIT STATUS
0: ended as it was told to. 1: it could not start or go on. 78: the configuration is wrong.
.SH SEE ALSO
.BR df (1),
.BR proc (5),
.BR systemctl (1)
`;
}

function wrapped(text: string): string {
  return wrap(text, WIDTH)
    .map((line) => `# ${line}`)
    .join('\n');
}

/** Text as man(7) takes it: hyphens that can be copied, no line that is taken for a request. */
function roff(text: string): string {
  return text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/^([.'])/, '\\&$1');
}
