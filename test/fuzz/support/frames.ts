import { randomBytes } from 'node:crypto';
import fc from 'fast-check';

export interface Frame {
  fin: boolean;
  reserved: number;
  opcode: number;
  masked: boolean;
  /** What the frame says that its length is, in place of the true one. */
  claimed?: number;
  payload: Buffer;
}

const CLOSE = 8;
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 130 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom(
      '{"type":"ping"}',
      '{"type":"authenticate","access_token":1}',
      '{',
      '[]',
      'null',
      '{"type":{}}',
    )
    .map((text) => Buffer.from(text)),
  // Text that is no UTF-8, and a code unit that is cut.
  fc.constantFrom('c0af', 'eda080', 'f4908080', 'ff', 'e282').map((hex) => Buffer.from(hex, 'hex')),
  fc.constantFrom(126, 8192, 8193, 70_000).map((size) => Buffer.alloc(size, 'x')),
);

/** Frames of RFC 6455 §5.2, most of which break one of its rules. */
export const frames: fc.Arbitrary<Frame[]> = fc.array(
  fc.record(
    {
      fin: fc.boolean(),
      reserved: fc.oneof(
        { weight: 6, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 7 }) },
      ),
      opcode: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(0, 1, 2, 8, 9, 10) },
        { weight: 1, arbitrary: fc.nat(15) },
      ),
      masked: fc.oneof(
        { weight: 6, arbitrary: fc.constant(true) },
        { weight: 1, arbitrary: fc.constant(false) },
      ),
      claimed: fc.constantFrom(0, 126, 65_536, 2 ** 40),
      payload,
    },
    { requiredKeys: ['fin', 'reserved', 'opcode', 'masked', 'payload'] },
  ),
  { minLength: 1, maxLength: 40 },
);

export function bytesOf({ fin, reserved, opcode, masked, claimed, payload: content }: Frame): Buffer {
  const length = claimed ?? content.length;
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  const flag = masked ? 0x80 : 0;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = first;
  head[1] = flag | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  const mask = masked ? randomBytes(4) : Buffer.alloc(0);
  return Buffer.concat([
    head,
    mask,
    masked ? content.map((byte, index) => byte ^ mask[index % 4]!) : content,
  ]);
}

/** The code of the first close frame among unmasked frames of a server; `undefined` without one. */
export function closeCodeOf(bytes: Buffer): number | undefined {
  for (let at = 0; at + 2 <= bytes.length;) {
    const opcode = bytes[at]! & 0x0f;
    const short = bytes[at + 1]! & 0x7f;
    const head = short < 126 ? 2 : 4;
    const length = short < 126 ? short : bytes.readUInt16BE(at + 2);
    if (opcode === CLOSE) return length < 2 ? 1005 : bytes.readUInt16BE(at + head);
    at += head + length;
  }
  return undefined;
}
