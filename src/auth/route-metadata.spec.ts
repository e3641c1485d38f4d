import { type ExecutionContext, SetMetadata, type Type } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { RouteMetadata } from './route-metadata.js';

const KEY = Symbol('word');
const Word = (word: string) => SetMetadata(KEY, word);

class Base {
  inherited(): void {
    // Only its identity matters.
  }

  @Word('handler')
  decorated(): void {
    // Only its metadata matter.
  }
}
@Word('first')
class First extends Base {}
@Word('second')
class Second extends Base {}
class Silent extends Base {}

const { inherited, decorated } = Base.prototype;

function on(controller: Type<Base>, handler: () => void): ExecutionContext {
  return { getClass: () => controller, getHandler: () => handler } as unknown as ExecutionContext;
}

describe('the metadata of a route', () => {
  const words = new RouteMetadata<string>(new Reflector(), KEY);
  // Twice: what was looked up once is remembered.
  const wordOf = (...route: Parameters<typeof on>) => [words.of(on(...route)), words.of(on(...route))];

  it('are those of the handler before those of the controller', () => {
    expect(wordOf(First, decorated)).toEqual(['handler', 'handler']);
    expect(wordOf(First, inherited)).toEqual(['first', 'first']);
  });

  it('are kept apart for controllers that inherit the same handler', () => {
    expect(wordOf(Second, inherited)).toEqual(['second', 'second']);
    expect(wordOf(First, inherited)).toEqual(['first', 'first']);
  });

  it('may be none, which is remembered, too', () => {
    expect(wordOf(Silent, inherited)).toEqual([undefined, undefined]);
  });
});
