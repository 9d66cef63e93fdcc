import { Button, Popover, PopoverSurface, PopoverTrigger } from '@fluentui/react-components';
import type { ButtonProps } from '@fluentui/react-components';
import { useState } from 'react';
import type { ReactNode } from 'react';

/** A button that opens a panel below it. The panel has the keyboard until it is closed, and starts afresh each time. */
export function PanelButton(props: {
  /** Of the button and of the panel. */
  readonly label: string;
  readonly button: ButtonProps;
  /** Beside `qpop`. */
  readonly className: string;
  readonly children: (close: () => void) => ReactNode;
}) {
  const [open, setOpen] = useState(false);
  const close = () => {
    setOpen(false);
  };
  return (
    <Popover
      open={open}
      onOpenChange={(_event, data) => {
        setOpen(data.open);
      }}
      positioning={{ position: 'below', align: 'end', overflowBoundaryPadding: 8 }}
      trapFocus
    >
      <PopoverTrigger disableButtonEnhancement>
        <Button {...props.button} title={props.label} aria-label={props.label} />
      </PopoverTrigger>
      <PopoverSurface className={`qpop ${props.className}`} aria-label={props.label}>
        {open && props.children(close)}
      </PopoverSurface>
    </Popover>
  );
}
