import { type Config, type ConfigResult, loadConfig } from '../config.js';
import { messageOf } from '../shared/errors.js';
import { type CommandContext, EXIT_FAILED, EXIT_OK } from './context.js';
import { checkBackend } from './doctor/backend.js';
import { checkBridge } from './doctor/bridge.js';
import { checkConfiguration, checkSecrets, soundPart } from './doctor/configuration.js';
import { checkDisk } from './doctor/disk.js';
import { type Finding, problem } from './doctor/finding.js';
import { checkNumbers } from './doctor/numbers.js';
import { render } from './doctor/render.js';
import { checkRuntime } from './doctor/runtime.js';
import { checkScope } from './doctor/scope.js';
import { createStyle } from './style.js';

/** Each check has limits of its own, which together come to less; this is for one that keeps none. */
const CHECK_LIMIT_MS = 20_000;

/**
 * Checks that each number is right and that all is there that the daemon needs, and changes nothing. The checks run side by side: it takes
 * as long as the longest. Exit code 1: there is a problem. Thread: main.
 */
export async function run(context: CommandContext): Promise<number> {
  const { stdout, json, signal } = context;
  const result = await context.loadConfig();
  // Said before the checks, which take some seconds, too.
  context.complain(result.unanswered.map(({ text }) => text));
  const sound = result.ok ? { config: result.config, hasKey: true } : loadSound(context, result);
  const groups = await Promise.all([
    checkConfiguration(result),
    ...(sound === null
      ? [checkRuntime('auto', process.versions)]
      : checks(context, sound.config, sound.hasKey, result.unanswered)),
  ]);
  if (signal.aborted) return EXIT_FAILED;
  const findings = groups.flat();
  stdout.write(
    json
      ? `${JSON.stringify(findings, null, 2)}\n`
      : render(findings, stdout.columns ?? 80, createStyle(stdout, context.env)),
  );
  return findings.some(({ verdict }) => verdict === 'problem') ? EXIT_FAILED : EXIT_OK;
}

function checks(
  context: CommandContext,
  config: Config,
  hasKey: boolean,
  unanswered: ConfigResult['unanswered'],
): Promise<Finding[]>[] {
  const { env, clock, version, signal } = context;
  const { procfs, rootfs, diskPath, backendUrl, bridgeTransport } = config;
  const task = { procfs, rootfs, diskPath, searchPath: env['PATH'] ?? '' };
  // A tree that gave no answer, which is said elsewhere, is not waited for once more.
  const answers = (tree: 'procfs' | 'rootfs'): boolean => !unanswered.some(({ setting }) => setting === tree);
  return [
    limited('scope', async () => checkScope(config)),
    limited('numbers', async () => (answers('procfs') ? checkNumbers(task, signal) : [])),
    limited('disk', async () => (answers('rootfs') ? checkDisk(task, signal) : [])),
    limited('secrets', async () => checkSecrets(config, hasKey)),
    limited('backend', async () =>
      backendUrl === undefined
        ? []
        : checkBackend({
            url: backendUrl,
            apiKey: hasKey ? config.apiKey : null,
            version,
            env,
            monoMs: () => clock.monoMs(),
            wallMs: () => clock.wallMs(),
          }),
    ),
    limited('bridge', () => checkBridge(config, version, signal)),
    limited('runtime', async () => checkRuntime(bridgeTransport, process.versions)),
  ];
}

/** What is sound of a configuration with problems; null where nothing can be made of it. */
function loadSound(
  { env, flags }: CommandContext,
  result: ConfigResult & { readonly ok: false },
): { config: Config; hasKey: boolean } | null {
  const { given, host, hasKey } = soundPart({ env, flags }, result);
  const sound = loadConfig({ ...given, host, silentFiles: [] });
  return sound.ok ? { config: sound.config, hasKey } : null;
}

/** A check that fails or takes too long is a finding itself, and disturbs no other. */
async function limited(name: string, check: () => Promise<Finding[]>): Promise<Finding[]> {
  const giveUp = (why: string): Finding[] => [
    problem(name, `the check itself failed: ${why}`, 'please report this, with what else it said'),
  ];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding[]>((resolve) => {
    timer = setTimeout(() => resolve(giveUp(`it took more than ${CHECK_LIMIT_MS / 1000} s`)), CHECK_LIMIT_MS);
  });
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    return giveUp(messageOf(error));
  } finally {
    clearTimeout(timer);
  }
}
