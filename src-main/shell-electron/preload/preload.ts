import { contextBridge, ipcRenderer } from 'electron';
import { clientIdStorageKey } from '../../../src-shared/rpc/handshake.ts';

/**
 * The one thing that crosses into the sandboxed window: a MessagePort for the contract, handed on as it comes.
 * A port cannot pass the context bridge, so it is posted to the page; the page accepts it from itself only.
 */
ipcRenderer.on('parley-port', (event) => {
  window.postMessage('parley-port', window.location.origin, [...event.ports]);
});

/** Tells the page in which shell it is; `platform` as Node names it. */
contextBridge.exposeInMainWorld('parley', { platform: process.platform });

// Asked for once the page listens and has its name: a port that is posted earlier would be lost.
window.addEventListener('DOMContentLoaded', () => {
  ipcRenderer.send('parley-port-please', window.sessionStorage.getItem(clientIdStorageKey));
  if (new URLSearchParams(window.location.search).get('window') === 'incoming') fitWindow();
});

/** The window of incoming calls is as high as what it shows, and has the keyboard only when a text field is clicked. */
function fitWindow(): void {
  const root = document.getElementById('root');
  if (root === null) return;
  new ResizeObserver(() => {
    ipcRenderer.send('parley-incoming-height', root.offsetHeight);
  }).observe(root);
  document.addEventListener('pointerdown', ({ target }) => {
    if (target instanceof HTMLInputElement) ipcRenderer.send('parley-incoming-typing');
  });
}
