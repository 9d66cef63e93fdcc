import type { Mutation } from './mutation.ts';

/** The way of a call that moves, and its sound: reports, latching, keys, ports. */
export const mediaMutations: readonly Mutation[] = [
  {
    name: 'detour: any refusal is taken for a loop',
    file: 'src-main/softphone/route-detour.ts',
    find: 'loopStatuses.includes(statusCode(message)) && ',
    replace: '',
    test: 'src-main/softphone/route-detour.test.ts',
  },
  {
    name: 'RTCP: a time that was told is answered again and again',
    file: 'src-main/media-gateway/rtcp-session.ts',
    find: '    this.#peerReference = undefined;\n',
    replace: '',
    test: 'src-main/media-gateway/rtcp-session.test.ts',
  },
  {
    name: 'RTCP: the peer is told that no time passed since its report',
    file: 'src-main/media-gateway/rtcp-session.ts',
    find: 'nowMs - reference.arrivedMs',
    replace: '0',
    test: 'src-main/media-gateway/rtcp-session.test.ts',
  },
  {
    name: 'RTCP: a report leaves at the end of the first interval, whatever was drawn anew',
    file: 'src-main/media-gateway/rtcp-session.ts',
    find: 'if (leftMs >= 1) {',
    replace: 'if (leftMs >= 1e9) {',
    test: 'src-main/media-gateway/rtcp-session.test.ts',
  },
  {
    name: 'RTCP: reports come from anywhere',
    file: 'src-main/media-gateway/rtp-leg.ts',
    find: '    if (!isPeer) {',
    replace: '    if (isPeer && false) {',
    test: 'src-main/media-gateway/relay.test.ts',
  },
  {
    name: 'latch: sound stays where it was heard though the far end names another place',
    file: 'src-main/media-gateway/latch.ts',
    find: '    this.#current = undefined;\n    this.#candidate = undefined;\n  }',
    replace: '    this.#candidate = undefined;\n  }',
    test: 'src-main/media-gateway/latch.test.ts',
  },
  {
    name: 'latch: packets of two strangers count as one',
    file: 'src-main/media-gateway/latch.ts',
    find: '      same(candidate, from) &&\n',
    replace: '',
    test: 'src-main/media-gateway/latch.test.ts',
  },
  {
    name: 'rekey: the offer after a lost process has the old keys',
    file: 'src-main/media-gateway/negotiation.ts',
    find: 'rekey ? keysToOffer(encryption, [], undefined) : ',
    replace: '',
    test: 'src-main/media-gateway/media-encryption.test.ts',
  },
  {
    name: 'rekey: who was called brings another key with a hold, and the far end hears noise',
    file: 'src-main/media-gateway/media-encryption.ts',
    find: 'keying: agreed.sendKey }',
    replace: 'keying: Buffer.from(agreed.sendKey).reverse() }',
    test: 'src-main/media-gateway/media-encryption.test.ts',
  },
  {
    name: 'spare ports: two calls get the same ones',
    file: 'src-main/media-gateway/spare-ports.ts',
    find: '    this.#ready = undefined;\n    this.#asked = undefined;\n    // Not now',
    replace: '    this.#asked = undefined;\n    // Not now',
    test: 'src-main/media-gateway/gateway-client.test.ts',
  },
  {
    name: 'spare ports: a call gets those of another address',
    file: 'src-main/media-gateway/spare-ports.ts',
    find: 'spare?.localAddress !== localAddress || ',
    replace: 'spare === undefined || ',
    test: 'src-main/media-gateway/gateway-client.test.ts',
  },
];
