import { isIP } from 'node:net';
import type { MediaDirection } from './media.ts';
import type { StreamConfig } from './protocol.ts';
import type { SdpMedia } from './sdp.ts';

/** A null address is the hold of RFC 2543: they take nothing (RFC 3264 section 8.4). */
export function effectiveDirection(media: SdpMedia): MediaDirection {
  return isNullAddress(media.address) ? withoutReceiving(media.direction) : media.direction;
}

const isNullAddress = (address: string): boolean => address === '0.0.0.0' || address === '::';

/** The same direction as the other end says it. */
export function mirrored(direction: MediaDirection): MediaDirection {
  if (direction === 'sendonly') return 'recvonly';
  return direction === 'recvonly' ? 'sendonly' : direction;
}

/** What is left of a direction for who takes nothing. */
export function withoutReceiving(direction: MediaDirection): MediaDirection {
  return direction === 'sendrecv' || direction === 'sendonly' ? 'sendonly' : 'inactive';
}

/** Where our packets go; null: nowhere, they are held or their address is none. */
export function remoteOf(media: SdpMedia, isMuxed: boolean): StreamConfig['remote'] {
  const { address, port, rtcpPort, rtcpAddress } = media;
  if (isNullAddress(address) || isIP(address) === 0) return null;
  if (isMuxed) return { address, rtpPort: port, rtcpPort: port };
  const isElsewhere = rtcpAddress !== undefined && isIP(rtcpAddress) === isIP(address) && !isNullAddress(rtcpAddress);
  return {
    address,
    rtpPort: port,
    rtcpPort: rtcpPort ?? Math.min(port + 1, 65_535),
    ...(isElsewhere ? { rtcpAddress } : {}),
  };
}
