import { Button, Textarea } from '@fluentui/react-components';
import { ArrowDownload20Regular, Delete20Regular, Eye20Regular } from '@fluentui/react-icons';
import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useCall } from '../bridge/client-context.tsx';
import { useAction } from '../ui/use-action.ts';
import { Row } from './setting-row.tsx';

/** The SIP messages that were kept: to be read, saved as a file, or forgotten. */
export function SipTracePanel() {
  const { t } = useLingui();
  const call = useCall();
  const action = useAction();
  const [trace, setTrace] = useState<{ readonly text: string; readonly messages: number }>();
  const read = async () => {
    const read = await call('trace.read', {});
    setTrace(read);
    return read;
  };
  return (
    <div className="panel rows set__first">
      <Row
        label={t`SIP messages`}
        hint={
          trace === undefined
            ? t`What Parley and the phone server said to each other`
            : t`${plural(trace.messages, { one: '# message is kept', other: '# messages are kept' })}`
        }
        error={action.error}
      >
        <Button icon={<Eye20Regular />} onClick={() => void action.run(read)}>
          <Trans>Show</Trans>
        </Button>
        <Button
          icon={<ArrowDownload20Regular />}
          onClick={() =>
            void action.run(async () => {
              saveText((await read()).text, `sip-trace-${new Date().toISOString().replaceAll(':', '-')}.txt`);
            })
          }
        >
          <Trans>Save as file</Trans>
        </Button>
        <Button
          icon={<Delete20Regular />}
          onClick={() =>
            void action.run(async () => {
              await call('trace.clear', null);
              await read();
            })
          }
        >
          <Trans>Forget</Trans>
        </Button>
      </Row>
      {trace !== undefined && trace.text !== '' && (
        <Textarea
          className="siptrace"
          readOnly
          value={trace.text}
          aria-label={t`SIP messages, oldest first`}
          rows={16}
        />
      )}
    </div>
  );
}

function saveText(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
