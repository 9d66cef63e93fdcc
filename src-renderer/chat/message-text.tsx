import { Link } from '@fluentui/react-components';
import { Fragment } from 'react';
import { textParts } from './message-links.ts';

/** A message as text, line breaks kept, web addresses as links. Never HTML. */
export function MessageText({ body }: { readonly body: string }) {
  return (
    <span className="bubble__text">
      {textParts(body).map((part, index) =>
        part.kind === 'text' ? (
          <Fragment key={index}>{part.text}</Fragment>
        ) : (
          <Link key={index} href={part.href} target="_blank" rel="noreferrer noopener" inline>
            {part.text}
          </Link>
        ),
      )}
    </span>
  );
}
