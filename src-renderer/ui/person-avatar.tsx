import { Avatar } from '@fluentui/react-components';
import type { AvatarProps } from '@fluentui/react-components';
import { Person20Regular } from '@fluentui/react-icons';
import { useLingui } from '@lingui/react/macro';
import type { PresenceState } from '../../src-shared/model/presence.ts';
import { useContact, usePhoto } from './use-people.ts';
import type { PhotoKey } from './photo-cache.ts';
import { Presence } from './presence.tsx';

const tints = ['steel', 'mink', 'brass', 'teal', 'platinum', 'beige'] as const satisfies AvatarProps['color'][];

/** One of six muted colours, always the same for the same person. */
export function tintOf(key: string): (typeof tints)[number] {
  let hash = 5;
  for (const character of key) hash = (hash * 33 + (character.codePointAt(0) ?? 0) * 7) >>> 0;
  return tints[hash % tints.length] ?? 'steel';
}

/** Pixels of the presence badge for an avatar of this size. */
export function badgeSizeFor(avatarSize: number): number {
  if (avatarSize >= 72) return 20;
  if (avatarSize >= 48) return 16;
  if (avatarSize >= 32) return 12;
  return avatarSize >= 24 ? 10 : 8;
}

export interface PersonAvatarProps {
  readonly name: string;
  /** Bare JID: gives the photo and, unless `presence` or `badge` say otherwise, the badge from the roster. */
  readonly jid?: string | undefined;
  /** Id of a person of the directory, for the photo where there is no JID. */
  readonly personId?: string | undefined;
  readonly presence?: PresenceState | undefined;
  readonly size?: NonNullable<AvatarProps['size']>;
  readonly badge?: boolean;
  /** False where it is known that there is no photo. */
  readonly photo?: boolean;
}

/** Photo or initials with the presence badge. The picture is silent to a screen reader, the badge says the state. */
export function PersonAvatar({
  name,
  jid,
  personId,
  presence,
  size = 36,
  badge = true,
  photo = true,
}: PersonAvatarProps) {
  const image = usePhoto(photo ? photoKey(jid, personId) : undefined);
  const contact = useContact(jid);
  const state = presence ?? contact?.presence.state;
  const { t } = useLingui();
  // Neither a telephone number has initials, nor who withholds it.
  const unnamed = !/\p{L}/u.test(name) || name === t`Unknown caller`;
  return (
    <span className="pavatar" style={{ width: size, height: size }}>
      <Avatar
        aria-hidden
        {...(unnamed ? { icon: <Person20Regular /> } : { name })}
        size={size}
        color={tintOf(jid ?? personId ?? name)}
        {...(typeof image === 'string' ? { image: { src: image, alt: '' } } : {})}
      />
      {badge && state !== undefined && (
        <span className="pavatar__badge">
          <Presence state={state} size={badgeSizeFor(size)} />
        </span>
      )}
    </span>
  );
}

function photoKey(jid: string | undefined, personId: string | undefined): PhotoKey | undefined {
  if (jid !== undefined) return { jid };
  return personId === undefined ? undefined : { id: personId };
}
