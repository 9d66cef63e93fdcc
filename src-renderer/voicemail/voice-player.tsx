import {
  Button,
  Menu,
  MenuButton,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Spinner,
} from '@fluentui/react-components';
import {
  Call20Regular,
  Delete20Regular,
  MailUnread20Regular,
  Pause24Filled,
  Play24Filled,
  SkipBack1020Regular,
  SkipForward1020Regular,
} from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { hidesNumber } from '../../src-shared/model/caller.ts';
import type { VoiceMessage } from '../../src-shared/model/voicemail.ts';
import { useCall } from '../bridge/client-context.tsx';
import { useDevicesInUse } from '../media/media-context.tsx';
import { usePressToCall } from '../calls/use-place-call.ts';
import { clockText } from '../ui/time.ts';
import { useAction } from '../ui/use-action.ts';
import { usePlayer } from './use-player.ts';
import { waveformBars } from './waveform.ts';

const speeds = ['0.75', '1', '1.25', '1.5', '2'] as const;
/** Seconds that J and L skip. */
const skipS = 10;
/** Seconds that an arrow key moves the position. */
const arrowS = 1;

/**
 * Plays one message: picture with position, skip, speed, call back, mark as new, delete. Space, J and L work anywhere
 * in it.
 */
export function VoicePlayer(props: { readonly message: VoiceMessage; readonly onDelete: () => void }) {
  const { message } = props;
  const { t } = useLingui();
  const call = useCall();
  const action = useAction();
  const pressToCall = usePressToCall();
  const audio = useRef<HTMLAudioElement>(null);
  const { source, levels, problem } = usePlayer(message.id);
  const [playing, setPlaying] = useState(false);
  const [position, setPosition] = useState(0);
  const [length, setLength] = useState(message.durationS);
  const [speed, setSpeed] = useState('1');
  const [failed, setFailed] = useState(false);
  useSpeaker(audio, source);

  const seek = (seconds: number) => {
    const element = audio.current;
    if (element === null) return;
    element.currentTime = Math.max(0, Math.min(length, seconds));
    setPosition(element.currentTime);
  };
  const toggle = () => {
    const element = audio.current;
    if (element === null) return;
    if (!element.paused) {
      element.pause();
      return;
    }
    element.playbackRate = Number(speed);
    element.play().catch(() => {
      setFailed(true);
    });
  };
  const markHeard = (heard: boolean) => {
    void action.run(() => call('voicemail.markHeard', { id: message.id, heard }));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === 'j') seek(position - skipS);
    else if (key === 'l') seek(position + skipS);
    // On a button Space is the button's own.
    else if (key === ' ' && !(event.target instanceof HTMLButtonElement)) toggle();
    else return;
    event.preventDefault();
  };

  const words = failed
    ? t`Voicemail cannot be played here right now. It is safe on the server.`
    : (problem ?? action.error);
  return (
    <div className="player" role="toolbar" aria-label={t`Player`} tabIndex={-1} onKeyDown={onKeyDown}>
      {source !== undefined && (
        // A voice message has no captions.
        // eslint-disable-next-line jsx-a11y/media-has-caption -- recorded speech from the mail store, no text exists
        <audio
          ref={audio}
          src={source}
          preload="auto"
          onPlay={() => {
            setPlaying(true);
            if (!message.heard) markHeard(true);
          }}
          onPause={() => {
            setPlaying(false);
          }}
          onEnded={() => {
            setPlaying(false);
            seek(0);
          }}
          onTimeUpdate={(event) => {
            setPosition(event.currentTarget.currentTime);
          }}
          onLoadedMetadata={(event) => {
            if (Number.isFinite(event.currentTarget.duration)) setLength(event.currentTarget.duration);
          }}
          onError={() => {
            setFailed(true);
          }}
        />
      )}
      <button
        type="button"
        className="player__play"
        aria-label={playing ? t`Pause` : t`Play`}
        disabled={source === undefined || failed}
        onClick={toggle}
      >
        {source === undefined && problem === undefined ? (
          <Spinner size="tiny" appearance="inverted" aria-hidden />
        ) : playing ? (
          <Pause24Filled />
        ) : (
          <Play24Filled />
        )}
      </button>
      <div className="player__mid">
        <PositionSlider levels={levels} position={position} length={length} onSeek={seek} />
        <div className="player__time tnum" aria-hidden>
          <span>{clockText(position)}</span>
          <span>{clockText(length)}</span>
        </div>
      </div>
      <div className="player__bar">
        <Button
          appearance="subtle"
          icon={<SkipBack1020Regular />}
          aria-label={t`Back 10 seconds`}
          aria-keyshortcuts="J"
          onClick={() => {
            seek(position - skipS);
          }}
        />
        <Button
          appearance="subtle"
          icon={<SkipForward1020Regular />}
          aria-label={t`Forward 10 seconds`}
          aria-keyshortcuts="L"
          onClick={() => {
            seek(position + skipS);
          }}
        />
        <Menu
          checkedValues={{ speed: [speed] }}
          onCheckedValueChange={(_event, data) => {
            const chosen = data.checkedItems[0];
            if (chosen === undefined) return;
            setSpeed(chosen);
            if (audio.current !== null) audio.current.playbackRate = Number(chosen);
          }}
        >
          <MenuTrigger disableButtonEnhancement>
            <MenuButton appearance="subtle" aria-label={t`Speed ${speed}×`}>
              {speed}×
            </MenuButton>
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              {speeds.map((value) => (
                <MenuItemRadio key={value} name="speed" value={value}>
                  {value}×
                </MenuItemRadio>
              ))}
            </MenuList>
          </MenuPopover>
        </Menu>
        <span className="player__note" role="status">
          {words}
        </span>
        {!hidesNumber(message) && (
          <Button appearance="primary" icon={<Call20Regular />} {...pressToCall(message.number, message.name)}>
            <Trans>Call back</Trans>
          </Button>
        )}
        <Button
          appearance="subtle"
          icon={<MailUnread20Regular />}
          aria-label={t`Mark as new`}
          disabled={!message.heard || action.busy}
          onClick={() => {
            markHeard(false);
          }}
        />
        <Button appearance="subtle" icon={<Delete20Regular />} aria-label={t`Delete`} onClick={props.onDelete} />
      </div>
    </div>
  );
}

/** Sends the sound to the speaker chosen in the settings. */
function useSpeaker(audio: React.RefObject<HTMLAudioElement | null>, source: string | undefined): void {
  const { speakerId } = useDevicesInUse();
  useEffect(() => {
    // A speaker that is gone leaves the sound on the system's own.
    if (source !== undefined) audio.current?.setSinkId(speakerId).catch(() => undefined);
  }, [audio, source, speakerId]);
}

/** Units of the picture: a bar of 3 and a gap of 3. */
const barStep = 6;
const height = 44;

function PositionSlider(props: {
  readonly levels: readonly number[];
  readonly position: number;
  readonly length: number;
  readonly onSeek: (seconds: number) => void;
}) {
  const { t } = useLingui();
  const { position, length } = props;
  const levels = props.levels.length > 0 ? props.levels : Array.from({ length: waveformBars }, () => 0);
  const part = length > 0 ? position / length : 0;
  const at = Math.round(position);
  const total = Math.round(length);
  const width = waveformBars * barStep;
  const onPointer = (event: PointerEvent<SVGSVGElement>) => {
    if (event.buttons !== 1) return;
    const box = event.currentTarget.getBoundingClientRect();
    props.onSeek(((event.clientX - box.left) / box.width) * length);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Readonly<Record<string, number>> = {
      ArrowRight: position + arrowS,
      ArrowUp: position + arrowS,
      ArrowLeft: position - arrowS,
      ArrowDown: position - arrowS,
      PageUp: position + skipS,
      PageDown: position - skipS,
      Home: 0,
      End: length,
    };
    const target = moves[event.key];
    if (target === undefined) return;
    event.preventDefault();
    props.onSeek(target);
  };
  return (
    <svg
      className="wave"
      viewBox={`0 0 ${String(width)} ${String(height)}`}
      preserveAspectRatio="none"
      role="slider"
      tabIndex={0}
      aria-label={t`Position`}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={at}
      aria-valuetext={t`${at} of ${total} seconds`}
      onPointerDown={onPointer}
      onPointerMove={onPointer}
      onKeyDown={onKeyDown}
    >
      {levels.map((level, index) => {
        const bar = Math.max(3, level * (height - 4));
        return (
          <rect
            key={index}
            x={index * barStep + 1}
            y={(height - bar) / 2}
            width="3"
            height={bar}
            rx="1.5"
            className={index < part * waveformBars ? 'on' : ''}
          />
        );
      })}
      <rect x={Math.min(width - 2, part * width)} y="0" width="2" height={height} rx="1" className="wave__head" />
    </svg>
  );
}
