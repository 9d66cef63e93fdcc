import { beforeEach, describe, expect, test } from 'vitest';
import { RouteDetour } from './route-detour.ts';
import { headerValues, parseSipMessage } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';

const one = { host: 'one.example.com', port: 5061, address: '192.0.2.1' };
const two = { host: 'two.example.com', port: 5061, address: '192.0.2.2' };
let detour: RouteDetour;

beforeEach(() => {
  detour = new RouteDetour();
  detour.use(one, 'tls');
});

function message(startLine: string, name: string, values: readonly string[]): SipMessage {
  const parsed = parseSipMessage(`${startLine}\r\n${values.map((value) => `${name}: ${value}\r\n`).join('')}\r\n`);
  if (parsed === undefined) throw new Error('not SIP');
  return parsed;
}

/** The Routes of a request in a dialog with this route set, as it goes out. */
function routesOf(...routes: readonly string[]): readonly string[] {
  return headerValues(detour.outgoing(message('BYE sip:bob@192.0.2.9 SIP/2.0', 'Route', routes)), 'route');
}

const tls = '<sip:192.0.2.1:5061;transport=tls;r2=on;lr;ftag=1>';
const udp = '<sip:192.0.2.1;r2=on;lr;ftag=1>';
const far = '<sip:far.example.com;lr>';

describe('requests of a dialog', () => {
  beforeEach(() => {
    // The proxy next to us stands last in the response.
    detour.learn(message('SIP/2.0 200 OK', 'Record-Route', [far, udp, tls]));
  });

  test('go the way of the dialog while its server is ours', () => {
    expect(routesOf(tls, udp, far)).toEqual([tls, udp, far]);
  });

  test('are led around the server that is gone, both of its names in one go', () => {
    detour.use(two, 'tls');
    expect(routesOf(tls, udp, far)).toEqual(['<sip:192.0.2.2:5061;transport=tls;lr>', far]);
    expect(routesOf(`${tls}, ${udp}, ${far}`)).toEqual(['<sip:192.0.2.2:5061;transport=tls;lr>', far]);
  });

  test('take the way that the registrar gave', () => {
    detour.use(two, 'tls');
    detour.serviceRoute(['<sip:edge.example.com;lr>, <sip:home.example.com;lr>']);
    expect(routesOf(tls, udp)).toEqual(['<sip:edge.example.com;lr>']);
  });

  test('go their own way again when the first server is back', () => {
    detour.use(two, 'tls');
    detour.use(one, 'tls');
    expect(routesOf(tls, udp)).toEqual([tls, udp]);
  });

  test('are left alone when their proxy was never ours', () => {
    detour.use(two, 'tls');
    expect(routesOf(far)).toEqual([far]);
    expect(routesOf()).toEqual([]);
  });
});

describe('a server that does not know the address that we have of it', () => {
  test.each([
    ['another address', '<sip:10.0.0.1:5061;transport=tls;lr>', false],
    ['its own address', '<sip:192.0.2.1:5061;transport=tls;lr>', true],
    ['a name', '<sip:proxy.example.com;transport=tls;lr>', true],
  ])('tells so by %s: around it go only those that can', (_name, route, isLed) => {
    detour = new RouteDetour();
    detour.use(one, 'tls');
    detour.learn(message('SIP/2.0 200 OK', 'Record-Route', [route]));
    detour.use(two, 'tls');
    expect(routesOf(route, far)).toEqual(isLed ? around : [route, far]);
  });

  test('is told from one with an address of IPv6', () => {
    const six = { host: 'six.example.com', port: 5061, address: '2001:db8::1' };
    const route = '<sip:[2001:db8::1]:5061;transport=tls;lr>';
    detour = new RouteDetour();
    detour.use(six, 'tls');
    detour.learn(message('SIP/2.0 200 OK', 'Record-Route', [route]));
    detour.use(two, 'tls');
    expect(routesOf(route, far)).toEqual(around);
  });

  const answerTo = (status: string, cseq: string): SipMessage => message(`SIP/2.0 ${status}`, 'CSeq', [cseq]);
  const asked = (cseq: string): readonly string[] => {
    const request = message('INVITE sip:bob@192.0.2.9 SIP/2.0', 'Route', [tls, udp, far]);
    return headerValues(
      detour.outgoing({ ...request, headers: [...request.headers, { name: 'CSeq', value: cseq }] }),
      'route',
    );
  };
  const around = ['<sip:192.0.2.2:5061;transport=tls;lr>', far];

  beforeEach(() => {
    detour.learn(message('SIP/2.0 200 OK', 'Record-Route', [far, udp, tls]));
    detour.use(two, 'tls');
  });

  test('sends what was led around in circles: the next request goes its own way', () => {
    expect(asked('3 INVITE')).toEqual(around);
    detour.learn(answerTo('483 Too Many Hops', '3 INVITE'));
    expect(asked('4 INVITE')).toEqual([tls, udp, far]);
    // Another server is another matter.
    detour.use({ ...two, address: '192.0.2.3' }, 'tls');
    expect(asked('5 INVITE')[0]).toContain('192.0.2.3');
  });

  test('is not one that refuses for another reason, or refuses what went its own way', () => {
    expect(asked('3 INVITE')).toEqual(around);
    detour.learn(answerTo('486 Busy Here', '3 INVITE'));
    detour.learn(answerTo('483 Too Many Hops', '9 INVITE'));
    expect(asked('4 INVITE')).toEqual(around);
  });
});

test('the proxy next to us stands first in a request that comes in', () => {
  detour.learn(message('INVITE sip:alice@192.0.2.7 SIP/2.0', 'Record-Route', [tls, far]));
  detour.use(two, 'tls');
  expect(routesOf(tls)).toEqual(['<sip:192.0.2.2:5061;transport=tls;lr>']);
  expect(routesOf(far)).toEqual([far]);
});
