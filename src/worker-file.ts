/** The entry file of a thread or process of this kind. Its location is the same whether the modules are bundled or not. */
export function workerFile(
  name: 'sampler' | 'heartbeat' | 'inventory' | 'trees' | 'file' | 'probe' | 'dump',
): URL {
  return new URL(`../workers/${name}.js`, import.meta.url);
}
