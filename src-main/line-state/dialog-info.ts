import { Parser } from '@xmpp/xml';
import type { Element } from '@xmpp/xml';
import type { LineState } from '../../src-shared/model/line-state.ts';

/** One call of a watched line, as RFC 4235 section 4.1.2 tells it. */
export interface WatchedDialog {
  readonly id: string;
  readonly state: 'trying' | 'proceeding' | 'early' | 'confirmed' | 'terminated';
  readonly direction: 'initiator' | 'recipient' | undefined;
  /** `+sip.rendering=no` of the watched end: it plays nothing, so it has put the call on hold (section 4.1.3). */
  readonly isHeld: boolean;
  /** What names the call to those who may take it; absent where the server does not tell. */
  readonly call?: RingingCall;
}

/** A call of a watched line as somebody else can take it, while it rings there. */
export interface RingingCall {
  /** Who calls: an address that the phone server knows. */
  readonly address: string;
  readonly name?: string;
  /** Names the call (value of Replaces, RFC 3891 section 6.1), as the caller's phone knows it. */
  readonly reference: string;
}

/** A `dialog-info` document (RFC 4235 section 4). */
export interface DialogInfo {
  readonly version: number;
  /** `partial` tells only the dialogs that changed. */
  readonly isFull: boolean;
  readonly dialogs: readonly WatchedDialog[];
}

const states = ['trying', 'proceeding', 'early', 'confirmed', 'terminated'] as const;
/** More calls than any line has. */
const mostDialogs = 100;

/** Reads a document of a server; undefined when it is none. Never throws. */
export function parseDialogInfo(xml: string): DialogInfo | undefined {
  // Entities of a document type could grow without end, and no server sends one.
  if (/<!DOCTYPE|<!ENTITY/i.test(xml)) return undefined;
  const dialogs: WatchedDialog[] = [];
  const seen: { root?: Element; isMalformed?: boolean } = {};
  const parser = new Parser();
  parser.on('start', (element: Element) => {
    seen.root = element;
  });
  parser.on('element', (element: Element) => {
    const dialog = element.getName() === 'dialog' ? readDialog(element) : undefined;
    if (dialog !== undefined && dialogs.length < mostDialogs) dialogs.push(dialog);
  });
  parser.on('error', () => {
    seen.isMalformed = true;
  });
  try {
    parser.write(xml.trim());
  } catch {
    return undefined;
  }
  const { root, isMalformed } = seen;
  if (isMalformed === true || root === undefined || root.getName() !== 'dialog-info') return undefined;
  const version = Number(root.attrs['version']);
  if (!Number.isInteger(version) || version < 0) return undefined;
  return { version, isFull: root.attrs['state'] !== 'partial', dialogs };
}

function readDialog(element: Element): WatchedDialog | undefined {
  const id = element.attrs['id'];
  const text = child(element, 'state')?.getText().trim().toLowerCase();
  const state = states.find((known) => known === text);
  if (id === undefined || id === '' || state === undefined) return undefined;
  const direction = element.attrs['direction'];
  const local = child(element, 'local');
  const target = local === undefined ? undefined : child(local, 'target');
  const rendering = children(target, 'param').find(({ attrs }) => attrs['pname']?.toLowerCase() === '+sip.rendering')
    ?.attrs['pval'];
  return {
    id,
    state,
    direction: direction === 'initiator' || direction === 'recipient' ? direction : undefined,
    isHeld: rendering?.replaceAll('"', '').toLowerCase() === 'no',
    ...callOf(element),
  };
}

/** RFC 4235 sections 4.1.2 and 4.1.6.1. The watched line is `local`, so the caller has the remote tag. */
function callOf(element: Element): { readonly call: RingingCall } | undefined {
  const { attrs } = element;
  const remote = child(element, 'remote');
  const identity = remote === undefined ? undefined : child(remote, 'identity');
  const address = identity?.getText().trim() ?? '';
  const name = identity?.attrs['display']?.trim() ?? '';
  const ids = [attrs['call-id'], attrs['remote-tag'], attrs['local-tag']];
  // They go into a header: nothing in them may end it or begin another parameter.
  if (!/^sips?:[^\s<>",;?]+$/i.test(address)) return undefined;
  if (!ids.every((id) => id !== undefined && /^[^\s;,<>"]+$/.test(id))) return undefined;
  const [callId = '', caller = '', watched = ''] = ids;
  const reference = `${callId};to-tag=${caller};from-tag=${watched};early-only`;
  return { call: { address, reference, ...(name === '' ? {} : { name }) } };
}

function children(element: Element | undefined, name: string): readonly Element[] {
  return (element?.children ?? []).filter((one): one is Element => typeof one !== 'string' && one.getName() === name);
}

function child(element: Element, name: string): Element | undefined {
  return children(element, name)[0];
}

/** The calls of one watched line, kept by id over partial documents (RFC 4235 section 4.3). */
export class WatchedLine {
  #version: number | undefined;
  #dialogs = new Map<string, WatchedDialog>();

  /** Takes a document over. `missed`: one before it was lost, so that the whole state must be asked for. */
  apply(info: DialogInfo): 'taken' | 'old' | 'missed' {
    const before = this.#version;
    if (before !== undefined && info.version <= before && !(info.isFull && info.version === 0)) return 'old';
    if (!info.isFull && (before === undefined || info.version > before + 1)) return 'missed';
    this.#version = info.version;
    if (info.isFull) this.#dialogs = new Map();
    for (const dialog of info.dialogs) {
      if (dialog.state === 'terminated') this.#dialogs.delete(dialog.id);
      else this.#dialogs.set(dialog.id, dialog);
    }
    return 'taken';
  }

  /** A new subscription counts its versions anew. */
  reset(): void {
    this.#version = undefined;
    this.#dialogs = new Map();
  }

  /** The call that rings here, where the server tells enough of it for somebody else to take it. */
  get ringing(): RingingCall | undefined {
    return [...this.#dialogs.values()].find(
      ({ state, direction, call }) => state !== 'confirmed' && direction === 'recipient' && call !== undefined,
    )?.call;
  }

  get state(): LineState {
    if (this.#version === undefined) return 'unknown';
    const dialogs = [...this.#dialogs.values()];
    const answered = dialogs.filter(({ state }) => state === 'confirmed');
    // Held only when the server says so, and when no other call is talked on.
    if (answered.length > 0) return answered.every(({ isHeld }) => isHeld) ? 'held' : 'inUse';
    if (dialogs.some(({ direction }) => direction === 'initiator')) return 'inUse';
    return dialogs.length > 0 ? 'ringing' : 'idle';
  }
}
