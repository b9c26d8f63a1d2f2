using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeMesh.QaiHub.Wire;
using Google.Protobuf;

namespace EdgeMesh.QaiHub.Emulator.State;

/// <summary>How entries are written: JSON, with messages as their own bytes so that fields this build does not know stay.</summary>
internal static class StateJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        Converters =
        {
            new MessageConverter<Model>(Model.Parser),
            new MessageConverter<Dataset>(Dataset.Parser),
            new MessageConverter<Job>(Job.Parser),
        },
    };

    private sealed class MessageConverter<T>(MessageParser<T> parser) : JsonConverter<T>
        where T : class, IMessage<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            parser.ParseFrom(reader.GetBytesFromBase64());

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteBase64StringValue(value.ToByteArray());
    }
}
