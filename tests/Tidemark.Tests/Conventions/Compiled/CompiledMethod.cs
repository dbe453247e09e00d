using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Text.RegularExpressions;

namespace Tidemark.Tests.Conventions.Compiled;

/// <summary>
/// One method body as the compiler left it. Lambdas, local functions, iterators and async bodies are methods of hidden types;
/// <see cref="Name"/> says which method of the source they belong to.
/// </summary>
internal sealed partial class CompiledMethod(CompiledType type, MethodDefinitionHandle handle)
{
    readonly MetadataReader reader = type.Assembly.Reader;
    readonly MethodDefinition definition = type.Assembly.Reader.GetMethodDefinition(handle);

    public CompiledType Type => type;
    public string RawName => reader.GetString(definition.Name);
    public MethodSignature<TypeShape> Signature => definition.DecodeSignature(ShapeReader.Instance, null);
    public bool HasBody => definition.RelativeVirtualAddress != 0;

    /// <summary><c>Tidemark.Leasing.Claimer.ClaimAsync</c>, also for the lambda or the state machine inside it.</summary>
    public string Name
    {
        get
        {
            var hidden = Hidden().Match(type.FullName + "/" + RawName);
            return hidden.Success ? $"{type.Source}.{hidden.Groups[1].Value}" : $"{type.Source}.{RawName}";
        }
    }

    public IReadOnlyList<Instruction> Instructions() => HasBody ? Instruction.Decode(Body().GetILReader()) : [];

    /// <summary>Every member this body names.</summary>
    public IEnumerable<Use> Uses()
    {
        Instruction previous = default;
        foreach (var instruction in Instructions())
        {
            if (instruction.NamesAMember && type.Assembly.MemberOf(MetadataTokens.EntityHandle(instruction.Operand)) is { } member)
                yield return new(this, member, instruction.Offset, previous.Code == default ? null : previous.Constant);
            previous = instruction;
        }
    }

    /// <summary>Every text constant in this body, with UTF-8 literals, which live as data behind a hidden field.</summary>
    public IEnumerable<(string Text, int Offset)> Texts()
    {
        foreach (var instruction in Instructions())
        {
            if (instruction.Code == OpCodes.Ldstr)
                yield return (reader.GetUserString((UserStringHandle)MetadataTokens.Handle(instruction.Operand)), instruction.Offset);
            else if (instruction.Code == OpCodes.Ldsflda && type.Assembly.DataOf(MetadataTokens.EntityHandle(instruction.Operand)) is { } text)
                yield return (text, instruction.Offset);
        }
    }

    /// <summary>The types of the parameters, of the result and of the locals.</summary>
    public IEnumerable<TypeShape> Shapes()
    {
        var signature = Signature;
        var locals = HasBody && Body().LocalSignature is { IsNil: false } local
            ? reader.GetStandaloneSignature(local).DecodeLocalSignature(ShapeReader.Instance, null) : [];
        return signature.ParameterTypes.Append(signature.ReturnType).Concat(locals);
    }

    /// <summary>The file and line of an instruction, as far as the symbols tell.</summary>
    public string Place(int offset) => type.Assembly.Symbols.PlaceOf(handle, offset);

    /// <summary>The lines of source from the first statement to the last; null without symbols.</summary>
    public (string File, int First, int Last)? Span() => RawName switch
    {
        // Field initialisers are compiled into the constructors, so theirs would be the span of the class: a static one is
        // left out, an instance one counts from its call of another constructor.
        ".cctor" => null,
        ".ctor" => type.Assembly.Symbols.SpanOf(handle, from: Uses().FirstOrDefault(use => use.Target.Name == ".ctor" && IsOurs(use.Target.Type))?.Offset ?? 0),
        _ => type.Assembly.Symbols.SpanOf(handle, from: 0),
    };

    bool IsOurs(TypeShape constructed) => constructed.Name == type.FullName || constructed.Name == type.BaseType?.Name;

    MethodBodyBlock Body() => type.Assembly.File.GetMethodBody(definition.RelativeVirtualAddress);

    // The innermost <Name> of "Foo+<>c/<Bar>b__1_0", "Foo+<BarAsync>d__5/MoveNext" or "Foo+<>c+<<Bar>b__0>d/MoveNext".
    [GeneratedRegex(@"<([\w$.]+)>")]
    private static partial Regex Hidden();
}
