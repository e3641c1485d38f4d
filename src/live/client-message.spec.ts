import { parseClientMessage } from './client-message.js';

describe('parseClientMessage', () => {
  it('reads the messages that clients may send, and drops other members', () => {
    expect(parseClientMessage('{"type":"ping","more":1}')).toEqual({ type: 'ping' });
    expect(parseClientMessage('{"type":"authenticate","access_token":"t","more":1}')).toEqual({
      type: 'authenticate',
      access_token: 't',
    });
  });

  it.each([
    ...['', '{', 'null', '1', '"ping"', '[]', '{}', '{"type":"pong"}', '{"type":["ping"]}'],
    ...['{"type":"authenticate"}', '{"type":"authenticate","access_token":1}'],
    ...['{"type":"authenticate","access_token":null}', '{"__proto__":{"type":"ping"}}'],
  ])('does not accept %j as a message', (text) => expect(parseClientMessage(text)).toBeUndefined());
});
