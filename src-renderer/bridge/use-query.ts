import { useCallback, useEffect, useState } from 'react';
import type { CallInput, CallOutput, MainCall } from '../../src-shared/contract/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import { useCall } from './client-context.tsx';

export interface Query<Value> {
  /** Undefined while loading and after a failure. */
  readonly value: Value | undefined;
  readonly error: AppError | undefined;
  readonly loading: boolean;
  readonly reload: () => void;
}

interface Settled<Value> {
  readonly key: string;
  readonly value: Value | undefined;
  readonly error: AppError | undefined;
}

/** Asks main once for each different input, and drops answers to inputs that are no longer wanted. */
export function useQuery<Name extends MainCall>(name: Name, input: CallInput<Name>): Query<CallOutput<Name>> {
  const call = useCall();
  const [round, setRound] = useState(0);
  const [settled, setSettled] = useState<Settled<CallOutput<Name>>>();
  const key = `${name} ${JSON.stringify(input)}`;

  useEffect(() => {
    let current = true;
    // The key is the input as text: parsing it keeps the effect from running again for an equal object.
    const asked = JSON.parse(key.slice(name.length + 1)) as CallInput<Name>;
    call(name, asked).then(
      (value) => {
        if (current) setSettled({ key, value, error: undefined });
      },
      (error: unknown) => {
        const known = error instanceof AppError ? error : new AppError('internal', String(error));
        if (current) setSettled({ key, value: undefined, error: known });
      },
    );
    return () => {
      current = false;
    };
  }, [call, name, key, round]);

  const reload = useCallback(() => {
    setRound((count) => count + 1);
  }, []);
  const here = settled?.key === key ? settled : undefined;
  return { value: here?.value, error: here?.error, loading: here === undefined, reload };
}
