import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import * as nodeDataChannel from 'node-datachannel';
import type { MediaGateway } from '../../src-main/media-gateway/gateway-client.ts';
import type { MediaSession } from '../../src-main/media-gateway/media.ts';
import { parseSdp } from '../../src-main/media-gateway/sdp.ts';
import { until } from '../lab/wait.ts';
import { PacketStream } from './packet-stream.ts';

/** A relay with traffic through it in both directions. */
export interface RelayedCall {
  readonly toSip: PacketStream;
  readonly toWindow: PacketStream;
  close(): Promise<void>;
}

/** The window's number for PCMA; the SIP side's is the static one (RFC 3551), so the gateway has to translate. */
const rendererPayloadType = 108;
const sipPayloadType = 8;
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

/**
 * A call through the real gateway process: a SIP peer of plain RTP over UDP at one end, at the other WebRTC (ICE, DTLS,
 * SRTP) as the window's, made by node-datachannel in place of a browser so that one process times both ends.
 */
export async function openGatewayCall(gateway: MediaGateway, callId: string): Promise<RelayedCall> {
  const session = gateway.openSession({ callId, localAddress: loopback, kinds: ['audio'], audioCodecs: ['PCMA'] });
  const socket = await bind();
  const remotePort = await negotiate(session, socket.address().port);
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
        socket.send(packet, remotePort, loopback);
      },
    }),
    close: async () => {
      call.toSip.stop();
      call.toWindow.stop();
      socket.close();
      await session.close();
    },
  };
  track.onMessage((packet) => {
    call.toWindow.receive(packet);
  });
  socket.on('message', (packet) => {
    call.toSip.receive(packet);
  });
  const gathered = new Promise<void>((resolve) => {
    peer.onGatheringStateChange((state) => {
      if (state === 'complete') resolve();
    });
  });
  peer.setLocalDescription('offer');
  await gathered;
  try {
    const { answerSdp } = await gateway.connectRenderer(callId, peer.localDescription()?.sdp ?? '');
    peer.setRemoteDescription(answerSdp, 'answer');
    return await flow(call, `the gateway, ${callId}`);
  } catch (error) {
    await call.close();
    throw error;
  }
}

/** Answers the session's offer for a peer at `port`; gives the gateway's port. */
async function negotiate(session: MediaSession, port: number): Promise<number> {
  const offer = parseSdp(await session.createOffer());
  if (!offer.ok) throw new Error(`the gateway's offer cannot be read: ${offer.reason}`);
  const remotePort = offer.description.media[0]?.port;
  if (remotePort === undefined) throw new Error("the gateway's offer has no sound");
  const answer = ['v=0', `o=- 1 1 IN IP4 ${loopback}`, 's=-', `c=IN IP4 ${loopback}`, 't=0 0'];
  await session.acceptAnswer([...answer, `m=audio ${port} RTP/AVP ${sipPayloadType}`, ''].join('\r\n'));
  return remotePort;
}

/** The same traffic through two ports that only pass datagrams on. */
export async function openBareCall(nearPort: number, farPort: number): Promise<RelayedCall> {
  const near = await bind();
  const far = await bind();
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
  return flow(call, 'the bare relay');
}
