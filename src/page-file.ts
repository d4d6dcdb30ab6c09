/** The page that the bridge serves: it lies beside the daemon's file in the bundle, and nowhere else. */
export function pageFile(): URL {
  return new URL('./page.html', import.meta.url);
}
