/** Stands in the bundle for `node:http2`, which undici loads whether or not it is allowed to use it, and does without where Node has none. */
throw new Error('HTTP/2 is left out');
