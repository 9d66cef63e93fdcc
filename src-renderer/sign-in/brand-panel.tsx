import { Avatar } from '@fluentui/react-components';
import { Person24Regular } from '@fluentui/react-icons';
import { Trans } from '@lingui/react/macro';
import type { PresenceState } from '../../src-shared/model/presence.ts';
import { Logo } from '../ui/logo.tsx';
import { badgeSizeFor } from '../ui/person-avatar.tsx';
import { Presence } from '../ui/presence.tsx';

/** Nobody in particular: left and top in pixels, size, state, colour. */
const around = [
  { x: 172, y: 220, size: 96, state: 'available', color: 'brass' },
  { x: 53, y: 280, size: 72, state: 'onphone', color: 'steel' },
  { x: 305, y: 302, size: 72, state: 'dnd', color: 'platinum' },
  { x: 168, y: 378, size: 56, state: 'available', color: 'teal' },
  { x: 299, y: 149, size: 40, state: 'available', color: 'mink' },
  { x: 43, y: 138, size: 40, state: 'busy', color: 'beige' },
  { x: 380, y: 173, size: 28, state: 'away', color: 'steel' },
] as const satisfies readonly { readonly state: PresenceState; readonly [key: string]: unknown }[];

const rings = [88, 140, 192];

/** The decorated half of the sign-in page. */
export function BrandPanel() {
  return (
    <aside className="signin__brand" aria-hidden>
      <div className="signin__mark">
        <Logo size={32} />
        <b>Parley</b>
      </div>
      <svg className="signin__rings" viewBox="0 0 420 420">
        {rings.map((radius) => (
          <circle key={radius} cx="210" cy="212" r={radius} />
        ))}
      </svg>
      {around.map((person) => (
        <span
          key={`${String(person.x)} ${String(person.y)}`}
          className="signin__who"
          style={{ left: person.x, top: person.y }}
        >
          <span className="pavatar">
            <Avatar icon={<Person24Regular />} size={person.size} color={person.color} />
            <span className="pavatar__badge">
              <Presence state={person.state} size={badgeSizeFor(person.size)} decorative />
            </span>
          </span>
        </span>
      ))}
      <p>
        <Trans>See who is free before you call.</Trans>
      </p>
    </aside>
  );
}
