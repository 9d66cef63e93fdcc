import { useLingui } from '@lingui/react/macro';
import { useSyncExternalStore } from 'react';
import { dayDistance } from './time.ts';

/** Milliseconds between two looks at the clock: words such as "Yesterday" change with the day, not the second. */
const tickMs = 30_000;

let nowMs = Date.now();

function subscribe(listener: () => void): () => void {
  const timer = window.setInterval(() => {
    nowMs = Date.now();
    listener();
  }, tickMs);
  return () => {
    window.clearInterval(timer);
  };
}

/** The wall clock, at most half a minute old. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => nowMs);
}

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
/** `10:24`, or `10:24 AM` that stays in one line. */
const time = (atMs: number): string => clock.format(atMs).replaceAll(' ', '\u00a0');
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const longWeekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const dayMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const longDate = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });

export interface TimeWords {
  /** `10:24` */
  readonly time: (atMs: number) => string;
  /** For the end of a row: `10:24`, `Yesterday`, `Thu`, `12 Nov`. */
  readonly short: (atMs: number) => string;
  /** For the head of a group: `Today`, `Yesterday`, `Thursday`, `12 November 2026`. */
  readonly day: (atMs: number) => string;
  /** `Today 10:24`, `Yesterday 16:10`, `Thu 11:41`, `12 Nov 11:20`. */
  readonly full: (atMs: number) => string;
  /** `6 min 12 s`, of seconds. */
  readonly duration: (seconds: number) => string;
}

export function useTimeWords(): TimeWords {
  const { t } = useLingui();
  const now = useNow();
  const dayWord = (atMs: number): string => {
    switch (dayDistance(atMs, now)) {
      case 'today':
        return t`Today`;
      case 'yesterday':
        return t`Yesterday`;
      case 'thisWeek':
        return weekday.format(atMs);
      case 'older':
        return dayMonth.format(atMs);
    }
  };
  return {
    time,
    short: (atMs) => (dayDistance(atMs, now) === 'today' ? time(atMs) : dayWord(atMs)),
    day: (atMs) => {
      const distance = dayDistance(atMs, now);
      if (distance === 'thisWeek') return longWeekday.format(atMs);
      return distance === 'older' ? longDate.format(atMs) : dayWord(atMs);
    },
    full: (atMs) => `${dayWord(atMs)} ${time(atMs)}`,
    duration: (total) => {
      const minutes = Math.floor(total / 60);
      const seconds = Math.round(total % 60);
      if (minutes >= 10) return t`${minutes} min`;
      return minutes > 0 ? t`${minutes} min ${seconds} s` : t`${seconds} s`;
    },
  };
}
