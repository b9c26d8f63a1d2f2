using System.Text;

namespace EdgeMesh.Core.Jobs;

/// <summary>Says everything that is wrong with a request before it is planned.</summary>
public static class JobRequestValidator
{
    private const int MaxFileNameChars = 255;
    private static readonly string[] Roles = ["system", "user", "assistant"];

    /// <summary>Every problem found, in field order; empty when the request may be planned.</summary>
    public static ImmutableArray<Problem> Validate(JobRequest request, JobLimits limits)
    {
        var found = ImmutableArray.CreateBuilder<Problem>();
        Text(request, limits, found);
        Routing(request, limits, found);
        Options(request, limits, found);
        return found.ToImmutable();
    }

    private static void Text(JobRequest request, JobLimits limits, ImmutableArray<Problem>.Builder found)
    {
        var needed = request.Kind is JobKind.Summarize or JobKind.Code or JobKind.Image ||
            (request.Options is ChatOptions { Messages.IsEmpty: true });
        if (needed && string.IsNullOrWhiteSpace(request.Text))
        {
            found.Add(new("text_empty", "There is no text.", "This kind of job needs a text.", "Paste or type a text, or choose a file.", "text"));
        }

        var bytes = Encoding.UTF8.GetByteCount(request.Text);
        if (bytes > limits.MaxTextBytes)
        {
            found.Add(new(
                "text_too_large", "The text is too long.",
                $"It has {bytes:N0} bytes; the limit is {limits.MaxTextBytes:N0}.",
                "Shorten it, split it into several jobs, or raise EdgeMesh:Jobs:MaxTextBytes.", "text"));
        }

        if (HasLoneSurrogate(request.Text))
        {
            found.Add(new("text_not_unicode", "The text is not valid Unicode.", "It has half of a surrogate pair.", "Save the file as UTF-8 and choose it again.", "text"));
        }

        if (request.FileName is { } name && (name.Length is 0 or > MaxFileNameChars || name.Any(char.IsControl) || HasLoneSurrogate(name)))
        {
            found.Add(new("file_name_invalid", "This is not a file name.", $"A file name has 1 to {MaxFileNameChars} characters and no line breaks.", "Leave fileName out, or shorten it.", "fileName"));
        }
    }

    private static void Routing(JobRequest request, JobLimits limits, ImmutableArray<Problem>.Builder found)
    {
        switch (request.Policy)
        {
            case JobPolicy.ForceDevice when request.DeviceId is null:
                found.Add(new("device_missing", "No device was named.", "The policy asks for one device, and none was chosen.", "Choose a device, or another policy.", "deviceId"));
                break;
            case JobPolicy.LowPower:
                found.Add(new("policy_not_available", "This policy is not available yet.", "Low power needs power figures that this version does not measure.", "Choose \"Best available\" or another policy.", "policy"));
                break;
            case not JobPolicy.ForceDevice when request.DeviceId is not null:
                found.Add(new("device_unexpected", "A device was named that does not count.", "A device is only used with the policy for one chosen device.", "Leave the device out, or choose that policy.", "deviceId"));
                break;
        }

        if (request is { Kind: JobKind.Onnx, Model: null })
        {
            found.Add(new("model_missing", "No model was named.", "A model run needs the model that it runs.", "Name a model that a device's store has; the Models page lists them.", "model"));
        }

        if (request.Model is { } model && (model.Length is 0 or > 200 || model.Any(char.IsControl)))
        {
            found.Add(new("model_invalid", "This is not a model name.", "A model name has 1 to 200 characters.", "Leave it out, or name one that the Models page lists.", "model"));
        }

        Range(request.MaxWorkers, 1, limits.MaxWorkers, "maxWorkers", "devices at most", found);
    }

    private static void Options(JobRequest request, JobLimits limits, ImmutableArray<Problem>.Builder found)
    {
        if (request.Options.Kind != request.Kind)
        {
            found.Add(new("options_kind", "The options are of another kind.", $"They are of {Word(request.Options.Kind)}; the job is {Word(request.Kind)}.", "Send the options of the job's kind.", "options"));
            return;
        }

        Range(request.Options.TimeoutSeconds, 1, 86_400, "options.timeoutSeconds", "seconds", found);
        switch (request.Options)
        {
            case SummarizeOptions o:
                Range(o.Sentences, 1, limits.MaxSentences, "options.sentences", "sentences", found);
                if (o.Share is { } share && !(share is > 0 and <= 1))
                {
                    found.Add(new("out_of_range", "The share is out of range.", "It is over 0 and at most 1.", "0.2 keeps a fifth of the sentences.", "options.share"));
                }

                if (o is { Sentences: not null, Share: not null })
                {
                    found.Add(new("options_conflict", "Two lengths were given.", "A number of sentences and a share exclude each other.", "Send one of them.", "options"));
                }

                break;
            case ChatOptions o:
                Messages(o, limits, found);
                Generation(o.MaxTokens, o.Temperature, limits, found);
                break;
            case CodeOptions o:
                if (o.Language is { Length: > 40 })
                {
                    found.Add(new("out_of_range", "The language is too long.", "It has at most 40 characters.", "Name one language, such as csharp.", "options.language"));
                }

                Generation(o.MaxTokens, o.Temperature, limits, found);
                break;
            case ImageOptions o:
                Range(o.Count, 1, limits.MaxImages, "options.count", "images", found);
                Side(o.Width, "width", found);
                Side(o.Height, "height", found);
                Range(o.Steps, 1, 150, "options.steps", "steps", found);
                break;
            case EchoOptions o:
                Range(o.Count, 1, limits.MaxEchoTasks, "options.count", "tasks", found);
                break;
            case OnnxOptions o:
                Range(o.Iterations, 1, limits.MaxIterations, "options.iterations", "runs", found);
                Range(o.WarmUp, 0, 1_000, "options.warmUp", "runs", found);
                OnnxInputs.Validate(o, limits, found);
                break;
        }
    }

    private static void Messages(ChatOptions options, JobLimits limits, ImmutableArray<Problem>.Builder found)
    {
        Range(options.Messages.Length, 0, limits.MaxMessages, "options.messages", "messages", found);
        var wrong = Array.FindIndex([.. options.Messages], m => m is null || m.Content is null || !Roles.Contains(m.Role) || HasLoneSurrogate(m.Content));
        if (wrong >= 0)
        {
            found.Add(new("message_invalid", $"Message {wrong + 1} cannot be used.", "It needs a role (system, user or assistant) and a text.", "Correct it, or leave it out.", "options.messages"));
        }
        else if (options.Messages.Sum(m => (long)Encoding.UTF8.GetByteCount(m.Content)) is var bytes && bytes > limits.MaxTextBytes)
        {
            found.Add(new("text_too_large", "The conversation is too long.", $"It has {bytes:N0} bytes; the limit is {limits.MaxTextBytes:N0}.", "Leave out the oldest messages.", "options.messages"));
        }
    }

    private static void Generation(int? maxTokens, double? temperature, JobLimits limits, ImmutableArray<Problem>.Builder found)
    {
        Range(maxTokens, 1, limits.MaxTokens, "options.maxTokens", "tokens", found);
        if (temperature is { } value && !(value is >= 0 and <= 2))
        {
            found.Add(new("out_of_range", "The temperature is out of range.", "It goes from 0 to 2.", "0 is the most predictable, 0.7 is usual.", "options.temperature"));
        }
    }

    private static void Side(int? pixels, string side, ImmutableArray<Problem>.Builder found)
    {
        // What a model can make is asked of the models when the job is planned.
        if (pixels is { } wish && (wish is < 4 or > 4096 || wish % 4 != 0))
        {
            found.Add(new("out_of_range", "The image size cannot be made.", $"The {side} is {wish:N0}; 4 to 4096 pixels in steps of 4 are possible.", "512 is usual.", $"options.{side}"));
        }
    }

    private static void Range(int? value, int least, int most, string field, string what, ImmutableArray<Problem>.Builder found)
    {
        if (value is { } number && (number < least || number > most))
        {
            found.Add(new("out_of_range", "A number is out of range.", $"{number:N0} {what}; {least:N0} to {most:N0} are possible.", "Choose a number in this range.", field));
        }
    }

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return true;
            }
        }

        return false;
    }

#pragma warning disable CA1308 // the wire's word is lower case
    private static string Word(JobKind kind) => kind.ToString().ToLowerInvariant();
#pragma warning restore CA1308
}
