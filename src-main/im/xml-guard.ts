/** Where the text ceases to be XML that a stream may carry. */
export interface NotXml {
  /** Characters before this index are well. */
  readonly at: number;
  readonly reason: string;
}

type State = 'text' | 'opening' | 'tag' | 'quoted' | 'cdata' | 'declaration';

const cdataOpening = '![CDATA[';
const cdataEnding = ']]>';
/** What ends or breaks a tag: its end, the begin of a value, or another tag. */
const tagMark = /[>"'<]/g;
/** First characters of a name, as in XML 1.0 section 2.3, beyond ASCII without the fine print. */
const nameStart = /^[A-Za-z_:\u0080-\uffff]/;

/**
 * Looks at the text of a stream before the parser does. The parser takes what it cannot read for a comment and then
 * waits for its end: one stray `<` and nothing the server says is heard any more, without an error. RFC 6120 section
 * 11.1 forbids comments, processing instructions and document types in streams, so all of these are refused at once.
 *
 *   text --<--> opening --letter, /--> tag --> text
 *                       --![CDATA[--> cdata --]]>--> text
 *                       --?, before any tag--> declaration --?>--> text
 *                       --anything else--> refused
 *   tag --" or '--> quoted --the same--> tag
 */
export class XmlGuard {
  #state: State = 'text';
  /** What came behind `<`, or of the end of the section, until it can be told what it is. */
  #pending = '';
  #quote = '';
  #hasTag = false;
  #reason: string | undefined;

  /** Undefined: all of it is well. Otherwise nothing that comes later may be believed. */
  check(text: string): NotXml | undefined {
    let at = 0;
    while (at < text.length) {
      const next = this.#step(text, at);
      if (this.#reason !== undefined) return { at, reason: this.#reason };
      at = next;
    }
    return undefined;
  }

  /** Within something that the parser cannot take in two pieces: it must wait for the rest. */
  get needsMore(): boolean {
    return (
      this.#state === 'cdata' || this.#state === 'declaration' || (this.#state === 'opening' && this.#pending !== '')
    );
  }

  #step(text: string, at: number): number {
    switch (this.#state) {
      case 'text': {
        const next = text.indexOf('<', at);
        if (next === -1) return text.length;
        this.#state = 'opening';
        this.#pending = '';
        return next + 1;
      }
      case 'opening':
        this.#open(text.charAt(at));
        return at + 1;
      case 'tag':
        return this.#throughTag(text, at);
      case 'quoted': {
        const next = text.indexOf(this.#quote, at);
        if (next === -1) return text.length;
        this.#state = 'tag';
        return next + 1;
      }
      case 'cdata':
        return this.#until(cdataEnding, text, at);
      case 'declaration':
        return this.#until('?>', text, at);
    }
  }

  #open(character: string): void {
    this.#pending += character;
    if (this.#pending === '/' || nameStart.test(this.#pending)) {
      this.#hasTag = true;
      this.#state = 'tag';
    } else if (this.#pending === '?' && !this.#hasTag) {
      this.#state = 'declaration';
      this.#pending = '';
    } else if (this.#pending === cdataOpening) {
      this.#state = 'cdata';
      this.#pending = '';
    } else if (!cdataOpening.startsWith(this.#pending)) {
      this.#reason = `<${this.#pending} begins nothing that a stream may carry`;
    }
  }

  #throughTag(text: string, at: number): number {
    tagMark.lastIndex = at;
    const mark = tagMark.exec(text);
    if (mark === null) return text.length;
    if (mark[0] === '<') {
      this.#reason = 'a tag within a tag';
    } else if (mark[0] === '>') {
      this.#state = 'text';
    } else {
      this.#state = 'quoted';
      this.#quote = mark[0];
    }
    return mark.index + 1;
  }

  /** Steps over everything up to and with the ending, which may come in two pieces. */
  #until(ending: string, text: string, at: number): number {
    const joined = this.#pending + text.slice(at);
    const next = joined.indexOf(ending);
    if (next === -1) {
      this.#pending = joined.slice(-(ending.length - 1));
      return text.length;
    }
    const consumed = next + ending.length - this.#pending.length;
    this.#pending = '';
    this.#state = 'text';
    return at + consumed;
  }
}
