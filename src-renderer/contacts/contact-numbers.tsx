import {
  Button,
  Menu,
  MenuButton,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Tooltip,
} from '@fluentui/react-components';
import {
  Building20Regular,
  Call16Regular,
  Call20Regular,
  Copy16Regular,
  Home20Regular,
  Phone20Regular,
  PhoneDesktop20Regular,
} from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import type { PhoneNumber, PhoneNumberKind } from '../../src-shared/model/contact.ts';
import { usePressToCall } from '../calls/use-place-call.ts';
import { ariaCombo, combos, isMac } from '../ui/shortcuts.ts';
import { useCopy } from '../ui/use-copy.ts';
import { numberKindLabels } from './number-kinds.ts';
import { isExtension, numberRows } from './number-rows.ts';

/** Calls the first number; with several, the menu has them all. Nothing to call: no button. */
export function CallButton(props: {
  readonly numbers: readonly PhoneNumber[];
  readonly loading: boolean;
  /** Shown during the call until the directory knows better. */
  readonly name: string;
}) {
  const { t } = useLingui();
  const pressToCall = usePressToCall();
  const press = (number: PhoneNumber) => pressToCall(number.e164 ?? number.shown, props.name);
  const [first, ...others] = props.numbers;
  if (first === undefined) {
    // The button keeps its place while the numbers are on their way.
    return props.loading ? (
      <Button appearance="primary" icon={<Call20Regular />} disabledFocusable>
        <Trans>Call</Trans>
      </Button>
    ) : null;
  }
  const shortcut = { 'aria-keyshortcuts': ariaCombo(combos.callPerson, isMac()) };
  if (others.length === 0) {
    return (
      <Button appearance="primary" icon={<Call20Regular />} {...shortcut} {...press(first)}>
        <Trans>Call</Trans>
      </Button>
    );
  }
  return (
    <div className="split">
      <Button appearance="primary" icon={<Call20Regular />} {...shortcut} {...press(first)}>
        <Trans>Call</Trans>
      </Button>
      <Menu positioning={{ position: 'below', align: 'end' }}>
        <MenuTrigger disableButtonEnhancement>
          <MenuButton appearance="primary" aria-label={t`Choose a number`} />
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {props.numbers.map((number) => (
              <MenuItem
                key={number.shown}
                icon={kindIcons[number.kind]}
                secondaryContent={isExtension(number) ? t`Extension` : t(numberKindLabels[number.kind])}
                {...press(number)}
              >
                {number.shown}
              </MenuItem>
            ))}
          </MenuList>
        </MenuPopover>
      </Menu>
    </div>
  );
}

const kindIcons: Readonly<Record<PhoneNumberKind, React.JSX.Element>> = {
  work: <Building20Regular />,
  mobile: <Phone20Regular />,
  home: <Home20Regular />,
  other: <PhoneDesktop20Regular />,
};

/** The numbers of a person, each to be copied or called. */
export function Numbers(props: {
  readonly name: string;
  readonly numbers: readonly PhoneNumber[];
  readonly loading: boolean;
  readonly problem: string | undefined;
}) {
  const { t } = useLingui();
  const pressToCall = usePressToCall();
  const copy = useCopy();
  return (
    <div>
      <h3>
        <Trans>Phone numbers</Trans>
      </h3>
      {props.numbers.length === 0 && (
        <p className="dim" role="status">
          {props.loading ? <Trans>Asking the directory…</Trans> : (props.problem ?? <Trans>None known.</Trans>)}
        </p>
      )}
      <ul className="nums">
        {numberRows(props.numbers).map(({ number, extension }) => {
          const label = t(numberKindLabels[number.kind]);
          return (
            <li key={number.shown}>
              <span className="nums__icon">{kindIcons[number.kind]}</span>
              <span className="nums__text">
                <span className="nums__label tnum">
                  {label}
                  {extension !== undefined && (
                    <>
                      {' · '}
                      <Trans>ext. {extension}</Trans>
                    </>
                  )}
                </span>
                <span className="nums__num tnum">{number.shown}</span>
              </span>
              <span className="nums__actions">
                <Tooltip content={t`Copy number`} relationship="description">
                  <Button
                    size="small"
                    appearance="subtle"
                    icon={<Copy16Regular />}
                    aria-label={t`Copy ${label} number`}
                    onClick={() => {
                      copy(number.shown);
                    }}
                  />
                </Tooltip>
                <Tooltip content={t`Call`} relationship="description">
                  <Button
                    size="small"
                    appearance="subtle"
                    icon={<Call16Regular />}
                    aria-label={t`Call ${label} number`}
                    {...pressToCall(number.e164 ?? number.shown, props.name)}
                  />
                </Tooltip>
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
