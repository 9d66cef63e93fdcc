import { registerHooks } from 'node:module';

/** `node --import` this file: the built main of the Electron shell then gets the simulator where it asks for Electron. */
const simulator = new URL('./electron-module.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: simulator, shortCircuit: true } : next(specifier, context),
});
