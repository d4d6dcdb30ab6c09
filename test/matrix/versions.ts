/** The versions of Node that the suite is run on: the oldest that is supported, and the newest of each line that is. */
export const NODE_VERSIONS = ['20.18.1', '20.20.2', '22.23.3', '24.21.0', '26.10.0'] as const;

/**
 * The versions that are meant by `wanted`, of which each is a version or the beginning of some (`22`, `20.18`); all for none.
 * @throws Error naming what means none
 */
export function chooseVersions(wanted: readonly string[]): readonly string[] {
  if (wanted.length === 0) return NODE_VERSIONS;
  const means = (word: string, version: string) => version === word || version.startsWith(`${word}.`);
  const unknown = wanted.filter((word) => !NODE_VERSIONS.some((version) => means(word, version)));
  if (unknown.length > 0)
    throw new Error(`there is no ${unknown.join(', ')}; there are ${NODE_VERSIONS.join(', ')}`);
  return NODE_VERSIONS.filter((version) => wanted.some((word) => means(word, version)));
}
