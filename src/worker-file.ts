/** The file that a thread, or process, of this kind starts with. It lies in the same place whether the modules are bundled or files of their own. */
export function workerFile(
  name: 'sampler' | 'heartbeat' | 'inventory' | 'trees' | 'file' | 'probe' | 'dump',
): URL {
  return new URL(`../workers/${name}.js`, import.meta.url);
}
