import { Menu, MenuList, MenuPopover } from '@fluentui/react-components';
import type { PositioningShorthand } from '@fluentui/react-components';
import { useState } from 'react';
import type { ReactNode } from 'react';

/** Where a row's menu opens: at its row (Shift+F10) or at the mouse. */
export type RowMenuPlace = { readonly element: Element | null } | { readonly x: number; readonly y: number };

/** The menu of a row, with the same items as its hover actions and more. Closing gives the focus back to the row. */
export function RowMenu(props: {
  readonly place: RowMenuPlace;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const { place } = props;
  const [opener] = useState(() => document.activeElement);
  const target: PositioningShorthand =
    'element' in place
      ? { target: place.element instanceof HTMLElement ? place.element : null, position: 'below', align: 'end' }
      : {
          target: { getBoundingClientRect: () => new DOMRect(place.x, place.y, 1, 1) },
          position: 'below',
          align: 'start',
        };
  return (
    <Menu
      open
      positioning={target}
      onOpenChange={(_event, data) => {
        if (data.open) return;
        props.onClose();
        if (opener instanceof HTMLElement) opener.focus();
      }}
    >
      <MenuPopover>
        <MenuList>{props.children}</MenuList>
      </MenuPopover>
    </Menu>
  );
}
