using System.Collections.Frozen;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;

namespace Tidemark.Tests.Conventions.Compiled;

/// <summary>One IL instruction; <see cref="Operand"/> is its 32-bit operand (a token, a constant) where it has one.</summary>
internal readonly record struct Instruction(int Offset, OpCode Code, int Operand)
{
    static readonly FrozenDictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToFrozenDictionary(code => code.Value);

    public bool NamesAMember => Code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok;

    /// <summary>The number an instruction of the ldc.i4 family pushes, else null.</summary>
    public int? Constant =>
        Code == OpCodes.Ldc_I4 || Code == OpCodes.Ldc_I4_S ? Operand
        : Code.Value >= OpCodes.Ldc_I4_M1.Value && Code.Value <= OpCodes.Ldc_I4_8.Value ? Code.Value - OpCodes.Ldc_I4_0.Value
        : null;

    public static List<Instruction> Decode(BlobReader il)
    {
        var instructions = new List<Instruction>();
        while (il.RemainingBytes > 0)
        {
            var offset = il.Offset;
            short value = il.ReadByte();
            if (value == 0xFE) value = (short)(0xFE00 | il.ReadByte());
            var code = Codes[value];
            instructions.Add(new(offset, code, ReadOperand(ref il, code.OperandType)));
        }
        return instructions;
    }

    static int ReadOperand(ref BlobReader il, OperandType type)
    {
        switch (type)
        {
            case OperandType.InlineNone: return 0;
            case OperandType.ShortInlineVar or OperandType.ShortInlineBrTarget or OperandType.ShortInlineI: return il.ReadSByte();
            case OperandType.InlineVar: return il.ReadInt16();
            case OperandType.InlineI8 or OperandType.InlineR: il.Offset += 8; return 0;
            case OperandType.InlineSwitch:
                var cases = il.ReadInt32();
                il.Offset += 4 * cases;
                return cases;
            default: return il.ReadInt32();
        }
    }
}
