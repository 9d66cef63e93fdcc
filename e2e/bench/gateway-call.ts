import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import * as nodeDataChannel from 'node-datachannel';
import { isRtcp } from '../../src-main/media-gateway/rtp.ts';
import { SrtpPath } from '../../src-main/media-gateway/srtp-path.ts';
import { until } from '../lab/wait.ts';
import { sipPayloadType } from './gateway-side.ts';
import type { GatewaySide } from './gateway-side.ts';
import { PacketStream } from './packet-stream.ts';

/** A relay with traffic through it in both directions. */
export interface RelayedCall {
  readonly toSip: PacketStream;
  readonly toWindow: PacketStream;
  close(): Promise<void>;
}

/** The window's number for PCMA; the SIP side's is the static one, so the gateway has to translate. */
const rendererPayloadType = 108;
const sipSsrc = 0x5151;
const rendererSsrc = 0x6262;
const loopback = '127.0.0.1';
/**
 * Windows' ends stay until the process ends: closing them while others carry traffic crashes the native module now and
 * then, and so does collecting them. They cost nothing once the gateway's end is closed.
 */
const windows: nodeDataChannel.PeerConnection[] = [];

async function bind(): Promise<Socket> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, loopback, resolve);
  });
  return socket;
}

/** Starts both directions half an interval apart and waits until both are heard. */
async function flow(call: RelayedCall, name: string): Promise<RelayedCall> {
  call.toSip.start();
  await new Promise((resolve) => setTimeout(resolve, 10));
  call.toWindow.start();
  await until(`sound both ways through ${name}`, () => call.toSip.arrived && call.toWindow.arrived);
  return call;
}

/** What a call through the gateway is like. */
export interface CallKind {
  /** SRTP with keys of SDES at the SIP side; the cost of the far end's cipher is this process's. */
  readonly suite?: string;
  /** On hold after it came up: the window sends nothing, and the far end goes on with its music. */
  readonly isHeld?: boolean;
}

/**
 * A call through the real gateway process: a SIP peer of RTP over UDP at one end, at the other WebRTC (ICE, DTLS, SRTP)
 * as the window's, made by node-datachannel in place of a browser so that one process times both ends.
 */
export async function openGatewayCall(gateway: GatewaySide, callId: string, kind: CallKind = {}): Promise<RelayedCall> {
  const socket = await bind();
  const { remotePort, keys } = await gateway.open(callId, socket.address().port, kind.suite);
  const srtp = new SrtpPath();
  srtp.configure(keys && { suite: keys.suite, sendKey: keys.toGateway, receiveKey: keys.fromGateway });
  const peer = new nodeDataChannel.PeerConnection('window', {
    iceServers: [],
    bindAddress: loopback,
    disableAutoNegotiation: true,
    forceMediaTransport: true,
  });
  windows.push(peer);
  const audio = new nodeDataChannel.Audio('0', 'SendRecv');
  audio.addAudioCodec(rendererPayloadType, 'PCMA');
  audio.addSSRC(rendererSsrc, 'window');
  const track = peer.addTrack(audio);
  const call: RelayedCall = {
    toSip: new PacketStream({
      payloadType: rendererPayloadType,
      ssrc: rendererSsrc,
      send: (packet) => {
        if (track.isOpen()) track.sendMessageBinary(packet);
      },
    }),
    toWindow: new PacketStream({
      payloadType: sipPayloadType,
      ssrc: sipSsrc,
      send: (packet) => {
        const wire = srtp.protectRtp(packet);
        if (wire !== undefined) socket.send(wire, remotePort, loopback);
      },
    }),
    close: async () => {
      call.toSip.stop();
      call.toWindow.stop();
      socket.close();
      await gateway.close(callId);
    },
  };
  track.onMessage((packet) => {
    call.toWindow.receive(packet);
  });
  socket.on('message', (wire) => {
    const packet = isRtcp(wire) ? undefined : srtp.openRtp(wire);
    if (packet !== undefined) call.toSip.receive(packet);
  });
  const gathered = new Promise<void>((resolve) => {
    peer.onGatheringStateChange((state) => {
      if (state === 'complete') resolve();
    });
  });
  peer.setLocalDescription('offer');
  await gathered;
  try {
    peer.setRemoteDescription(await gateway.connect(callId, peer.localDescription()?.sdp ?? ''), 'answer');
    const flowing = await flow(call, `the gateway, ${callId}`);
    if (kind.isHeld === true) {
      await gateway.hold(callId, socket.address().port);
      call.toSip.stop();
    }
    return flowing;
  } catch (error) {
    await call.close();
    throw error;
  }
}

/**
 * The same traffic through two ports that only pass datagrams on; without ports from one end straight to the other, so
 * that the delay is this process's own.
 */
export async function openBareCall(ports?: readonly [near: number, far: number]): Promise<RelayedCall> {
  const near = await bind();
  const far = await bind();
  const [nearPort, farPort] = ports ?? [far.address().port, near.address().port];
  const stream = (from: Socket, port: number, to: Socket, ssrc: number): PacketStream => {
    const made = new PacketStream({
      payloadType: sipPayloadType,
      ssrc,
      send: (packet) => {
        from.send(packet, port, loopback);
      },
    });
    to.on('message', (packet) => {
      made.receive(packet);
    });
    return made;
  };
  const call: RelayedCall = {
    toSip: stream(near, nearPort, far, rendererSsrc),
    toWindow: stream(far, farPort, near, sipSsrc),
    close: () => {
      call.toSip.stop();
      call.toWindow.stop();
      near.close();
      far.close();
      return Promise.resolve();
    },
  };
  return flow(call, ports === undefined ? 'loopback' : 'the bare relay');
}
