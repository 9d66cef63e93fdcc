/**
 * The page's side of the simulator: `electron` as a sandboxed preload knows it (ipcRenderer, contextBridge), around the
 * text of the built preload. Ports cross as numbers, their messages through the binding `__simHost`.
 */
export function preloadScript(preload: string, platform: string): string {
  return `(() => {
  if (window !== window.top) return;
  const host = window.__simHost;
  const listeners = new Map();
  const ports = new Map();
  const ipcRenderer = {
    send: (channel, ...args) => { void host('send', channel, args); },
    on: (channel, listener) => { listeners.set(channel, [...(listeners.get(channel) ?? []), listener]); return ipcRenderer; },
  };
  const contextBridge = {
    exposeInMainWorld: (name, api) => { Object.defineProperty(window, name, { value: Object.freeze(structuredClone(api)) }); },
  };
  window.open = (address) => {
    void host('open', new URL(address, window.location.href).href);
    return null;
  };
  Object.defineProperty(window, '__simPage', { value: {
    emit: (channel, message, ids) => {
      const given = ids.map((id) => {
        const { port1, port2 } = new MessageChannel();
        ports.set(id, port1);
        port1.onmessage = (event) => { void host('port', id, event.data); };
        port1.addEventListener('close', () => { void host('portClosed', id); });
        return port2;
      });
      for (const listener of listeners.get(channel) ?? []) listener({ ports: given }, message);
    },
    port: (id, data) => { ports.get(id)?.postMessage(data); },
    closePort: (id) => { ports.get(id)?.close(); ports.delete(id); },
  } });
  const require = (name) => {
    if (name === 'electron') return { ipcRenderer, contextBridge };
    throw new Error('a sandboxed preload may not require ' + name);
  };
  const process = Object.freeze({ platform: ${JSON.stringify(platform)} });
  ((require, process, module, exports) => {${preload}
  })(require, process, { exports: {} }, {});
})();`;
}
