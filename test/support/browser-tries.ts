/**
 * What a page may try in order to read from a bridge or to write to it: each is the body of an async function in the page, with `target`, the
 * bridge's address, and `push`, a push that would be accepted. What it returns is what the page got to see. None throws on purpose: what is
 * thrown is what the browser says.
 */
export const TRIES: Readonly<Record<string, string>> = {
  'fetch /telemetry': `return (await fetch(target + '/telemetry')).text();`,
  'fetch /health with no-cors': `
    const response = await fetch(target + '/health', { mode: 'no-cors' });
    return response.type + response.status + (await response.text());`,
  'fetch with credentials': `return (await fetch(target + '/telemetry', { credentials: 'include' })).text();`,
  'fetch with a header of its own': `
    return (await fetch(target + '/telemetry', { headers: { 'x-mine': '1' } })).text();`,
  HEAD: `return JSON.stringify([...(await fetch(target + '/telemetry', { method: 'HEAD' })).headers]);`,
  'POST as text': `return (await fetch(target + '/openclaw', { method: 'POST', body: push })).text();`,
  'POST as text with no-cors': `
    const response = await fetch(target + '/openclaw', { method: 'POST', mode: 'no-cors', body: push });
    return response.type + (await response.text());`,
  'POST as JSON': `
    const headers = { 'content-type': 'application/json' };
    return (await fetch(target + '/openclaw', { method: 'POST', headers, body: push })).text();`,
  'POST as JSON with no-cors': `
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(target + '/openclaw', { method: 'POST', mode: 'no-cors', headers, body: push });
    return response.type + (await response.text());`,
  XMLHttpRequest: `
    const request = new XMLHttpRequest();
    request.open('GET', target + '/telemetry', false);
    request.send();
    return request.responseText;`,
  'sendBeacon as text': `return String(navigator.sendBeacon(target + '/openclaw', push));`,
  'sendBeacon as JSON': `
    return String(navigator.sendBeacon(target + '/openclaw', new Blob([push], { type: 'application/json' })));`,
  'an image': `return new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve('loaded ' + image.width);
    image.onerror = () => resolve('error');
    image.src = target + '/telemetry';
  });`,
  'a script': `return new Promise((resolve) => {
    const script = document.createElement('script');
    script.onload = () => resolve('loaded');
    script.onerror = () => resolve('error');
    script.src = target + '/telemetry';
    document.body.append(script);
  });`,
  'a module': `return Object.keys(await import(target + '/telemetry')).join();`,
  'a style sheet': `return new Promise((resolve) => {
    const link = document.createElement('link');
    link.onload = () => resolve('loaded');
    link.onerror = () => resolve('error');
    link.rel = 'stylesheet';
    link.href = target + '/telemetry';
    document.body.append(link);
  });`,
  'an EventSource': `return new Promise((resolve) => {
    const source = new EventSource(target + '/telemetry');
    source.onmessage = ({ data }) => resolve('message ' + data);
    source.onopen = () => resolve('open');
    source.onerror = () => { source.close(); resolve('error'); };
  });`,
  'a WebSocket': `return new Promise((resolve) => {
    const socket = new WebSocket(target.replace('http', 'ws') + '/telemetry');
    socket.onmessage = ({ data }) => resolve('message ' + data);
    socket.onopen = () => resolve('open');
    socket.onclose = () => resolve('closed');
  });`,
  'a worker': `
    const code = 'fetch("' + target + '/telemetry").then((r) => r.text()).then(postMessage, (e) => postMessage(String(e)))';
    const worker = new Worker(URL.createObjectURL(new Blob([code])));
    return new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });`,
  'a frame': `return new Promise((resolve) => {
    const frame = document.createElement('iframe');
    frame.onload = () => {
      try {
        resolve(String(frame.contentDocument && frame.contentDocument.body.innerText) + frame.contentWindow.document);
      } catch (error) { resolve(String(error)); }
    };
    frame.src = target + '/telemetry';
    document.body.append(frame);
  });`,
  'an embedded object': `return new Promise((resolve) => {
    const object = document.createElement('object');
    object.onload = () => resolve('loaded ' + object.contentDocument);
    object.onerror = () => resolve('error');
    object.type = 'text/html';
    object.data = target + '/health';
    document.body.append(object);
  });`,
  'a form in a frame': `return new Promise((resolve) => {
    const frame = document.createElement('iframe');
    frame.name = 'answer';
    document.body.append(frame);
    const form = document.createElement('form');
    form.method = 'POST';
    form.action = target + '/openclaw';
    form.enctype = 'text/plain';
    form.target = 'answer';
    const input = document.createElement('input');
    // With the equals sign that the browser puts between them, it is JSON.
    input.name = push.slice(0, -1) + ',"x":"';
    input.value = '"}';
    form.append(input);
    document.body.append(form);
    frame.onload = () => {
      try { resolve(String(frame.contentDocument && frame.contentDocument.body.innerText)); }
      catch (error) { resolve(String(error)); }
    };
    form.submit();
  });`,
};
