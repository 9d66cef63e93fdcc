import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useEffectEvent,
  useMemo,
  useSyncExternalStore,
} from 'react';
import type { ReactNode } from 'react';
import type { EventName, EventPayload, TopicName, TopicSnapshot } from '../../src-shared/contract/contract.ts';
import type { ConnectionState, ContractClient } from '../../src-shared/rpc/client.ts';
import { PhotoCache } from '../ui/photo-cache.ts';
import type { PhotoKey } from '../ui/photo-cache.ts';

interface Bridge {
  readonly client: ContractClient;
  /** Names this window to main, also after a reload. */
  readonly clientId: string;
  readonly photos: PhotoCache;
}

const BridgeContext = createContext<Bridge | undefined>(undefined);

export function ClientProvider(props: {
  readonly client: ContractClient;
  readonly clientId: string;
  readonly children: ReactNode;
}) {
  const { client, clientId } = props;
  const bridge = useMemo(
    () => ({ client, clientId, photos: new PhotoCache((key: PhotoKey) => client.call('people.photo', key), Date.now) }),
    [client, clientId],
  );
  return <BridgeContext value={bridge}>{props.children}</BridgeContext>;
}

function useBridge(): Bridge {
  const bridge = useContext(BridgeContext);
  if (bridge === undefined) throw new Error('a view stands outside ClientProvider');
  return bridge;
}

/** The latest snapshot of a topic; undefined before the first. Redraws when it changes. */
export function useTopic<Name extends TopicName>(name: Name): TopicSnapshot<Name> | undefined {
  const { client } = useBridge();
  const subscribe = useCallback((listener: () => void) => client.subscribe(name, listener), [client, name]);
  return useSyncExternalStore(subscribe, () => client.snapshot(name));
}

/** Asks main; rejects with AppError. The function stays the same for the life of the window. */
export function useCall(): ContractClient['call'] {
  const { client } = useBridge();
  return useMemo(() => client.call.bind(client), [client]);
}

/** Hears events of the service layer while the view is mounted. */
export function useEvent<Name extends EventName>(name: Name, listener: (payload: EventPayload<Name>) => void): void {
  const { client } = useBridge();
  const hear = useEffectEvent(listener);
  useEffect(
    () =>
      client.onEvent(name, (payload) => {
        hear(payload);
      }),
    [client, name],
  );
}

/** Events were lost: whoever shows a list of them asks for its page again. */
export function useGap(listener: () => void): void {
  const { client } = useBridge();
  const hear = useEffectEvent(listener);
  useEffect(
    () =>
      client.onGap(() => {
        hear();
      }),
    [client],
  );
}

export function useConnectionState(): ConnectionState {
  const { client } = useBridge();
  const subscribe = useCallback((listener: () => void) => client.onState(listener), [client]);
  return useSyncExternalStore(subscribe, () => client.state);
}

/** The name of this window, as the media lease holds it. */
export function useClientId(): string {
  return useBridge().clientId;
}

export function usePhotoCache(): PhotoCache {
  return useBridge().photos;
}
