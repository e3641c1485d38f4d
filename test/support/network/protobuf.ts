/** The values of each field of a message: numbers, or bytes for texts and messages within. */
export type Fields = ReadonlyMap<number, readonly (bigint | Buffer)[]>;

const [VARINT, FIXED_64, BYTES, FIXED_32] = [0, 1, 2, 5];

/** Reads the wire format of protobuf. @throws RangeError for other bytes */
export function parseMessage(data: Buffer): Fields {
  const fields = new Map<number, (bigint | Buffer)[]>();
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > data.length) throw new RangeError('the message is cut');
    return data.subarray(at, (at += length));
  };
  const varint = (): bigint => {
    for (let value = 0n, shift = 0n; ; shift += 7n) {
      const byte = take(1).readUInt8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const read = (type: number): bigint | Buffer => {
    if (type === VARINT) return varint();
    if (type === FIXED_64) return take(8).readBigUInt64LE();
    if (type === FIXED_32) return BigInt(take(4).readUInt32LE());
    if (type === BYTES) return take(Number(varint()));
    throw new RangeError(`no type of protobuf is ${type}`);
  };
  while (at < data.length) {
    const tag = Number(varint());
    const values = fields.get(tag >> 3) ?? [];
    fields.set(tag >> 3, values);
    values.push(read(tag & 7));
  }
  return fields;
}
