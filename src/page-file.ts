/** The page that the bridge serves. It exists only in the bundle, next to the daemon's file. */
export function pageFile(): URL {
  return new URL('./page.html', import.meta.url);
}
